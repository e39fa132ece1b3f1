package archive

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"sync"

	"github.com/dossier-id/dossier/internal/dataurl"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"words": Words}).Parse(pageText))
})

// PageName is the page's in an archive.
const PageName = "report.html"

// Picture is an image of the page.
type Picture struct {
	// Name is that of the content of the archive that it is.
	Name string
	// Caption says what it shows: front, back, selfie.
	Caption string
	// MediaType is image/jpeg or image/png.
	MediaType string
	Open      func(ctx context.Context) (io.ReadCloser, error)
}

// Page is the result for a person to read: one HTML file without scripts that
// needs no other.
type Page struct {
	// Process is the JSON of Get process.
	Process []byte
	// Facts stand at its top, beside what the process says of itself.
	Facts    []Fact
	Pictures []Picture
}

// Fact is a name and a value, both for people.
type Fact struct{ Name, Value string }

// Long says that a value needs a line of its own.
func (f Fact) Long() bool { return len(f.Value) > 60 }

// Write writes the page. The pictures go through it as streams.
func (p Page) Write(ctx context.Context, w io.Writer) error {
	return p.write(ctx, w, func(string) io.Writer { return io.Discard })
}

// write is Write that also writes each picture as it is to what seen gives for its
// name.
func (p Page) write(ctx context.Context, w io.Writer, seen func(name string) io.Writer) error {
	process := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(p.Process))
	decoder.UseNumber() // A number shows as it was written.
	if err := decoder.Decode(&process); err != nil {
		return fmt.Errorf("read the process for its page: %w", err)
	}
	shown := p.outline(process)
	if err := pageTemplate().ExecuteTemplate(w, "top", shown); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	for _, picture := range p.Pictures {
		if err := picture.write(ctx, w, seen(picture.Name)); err != nil {
			return fmt.Errorf("write the %s of the page: %w", picture.Caption, err)
		}
	}
	if err := pageTemplate().ExecuteTemplate(w, "bottom", shown); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// write writes a picture as a data URL. Caption and media type are words of the
// house; they are escaped all the same.
func (p Picture) write(ctx context.Context, w, seen io.Writer) error {
	body, err := p.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	caption := template.HTMLEscapeString(Words(p.Caption))
	if _, err := fmt.Fprintf(w, `<figure><figcaption>%s</figcaption><img alt="%s" src="`, caption, caption); err != nil {
		return err
	}
	if err := dataurl.Encode(w, p.MediaType, io.TeeReader(body, seen)); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\"></figure>\n")
	return err
}
