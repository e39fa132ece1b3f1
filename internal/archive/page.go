package archive

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/dossier-id/dossier/internal/dataurl"
)

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"words": words}).Parse(pageText))
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

// node is a part of the verdict with what it consists of.
type node struct {
	Name, Result string
	Facts        []Fact
	Children     []node
}

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
	if err := pageTemplate().ExecuteTemplate(w, "top", p.top(process)); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	for _, picture := range p.Pictures {
		if err := picture.write(ctx, w, seen(picture.Name)); err != nil {
			return fmt.Errorf("write the %s of the page: %w", picture.Caption, err)
		}
	}
	if err := pageTemplate().ExecuteTemplate(w, "bottom", bottom(process)); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// top is what the first half of the template shows.
func (p Page) top(process map[string]any) any {
	final, _ := process["finalResult"].(map[string]any)
	facts := slices.Clone(p.Facts)
	for _, name := range []string{"processId", "provider", "processType", "createdAt", "updatedAt"} {
		if text, ok := process[name].(string); ok {
			facts = append(facts, Fact{words(name), text})
		}
	}
	status, _ := process["status"].(string)
	id, _ := process["processId"].(string)
	return struct {
		ProcessID, Status string
		Facts, Final      []Fact
		HasPictures       bool
	}{id, status, facts, factsOf(final), len(p.Pictures) > 0}
}

// bottom is what the second half shows: one check for each report.
func bottom(process map[string]any) any {
	specific, _ := process["providerSpecific"].(map[string]any)
	var checks []node
	for _, name := range slices.Sorted(maps.Keys(specific)) {
		found, _ := specific[name].(map[string]any)
		check := part(name, found, "breakdowns")
		check.Facts = factsOf(without(found, check.Children))
		checks = append(checks, check)
	}
	return struct{ Checks []node }{checks}
}

// part reads a result with the parts that lie under a key.
func part(name string, found map[string]any, under string) node {
	n := node{Name: words(name)}
	n.Result, _ = found["result"].(string)
	properties, _ := found["properties"].(map[string]any)
	n.Facts = factsOf(properties)
	parts, _ := found[under].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if sub, ok := parts[name].(map[string]any); ok {
			n.Children = append(n.Children, part(name, sub, "breakdown"))
		}
	}
	return n
}

// without leaves out what the tree shows anyway.
func without(found map[string]any, shown []node) map[string]any {
	rest := maps.Clone(found)
	maps.DeleteFunc(rest, func(name string, _ any) bool {
		return name == "breakdowns" || name == "result" || slices.ContainsFunc(shown, func(n node) bool { return n.Name == words(name) })
	})
	return rest
}

// factsOf gives the members of an object in the order of their names.
func factsOf(o map[string]any) []Fact {
	var facts []Fact
	for _, name := range slices.Sorted(maps.Keys(o)) {
		facts = append(facts, Fact{words(name), text(o[name])})
	}
	return facts
}

// text shows a value in a line.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = text(item)
		}
		return strings.Join(items, "; ")
	case map[string]any:
		items := make([]string, 0, len(v))
		for _, f := range factsOf(v) {
			items = append(items, f.Name+" "+f.Value)
		}
		return strings.Join(items, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// words turns documentNumber into Document number.
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case i == 0:
			r = unicode.ToUpper(r)
		case unicode.IsUpper(r):
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// write writes a picture as a data URL. Caption and media type are words of the
// house; they are escaped all the same.
func (p Picture) write(ctx context.Context, w, seen io.Writer) error {
	body, err := p.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	caption := template.HTMLEscapeString(words(p.Caption))
	if _, err := fmt.Fprintf(w, `<figure><figcaption>%s</figcaption><img alt="%s" src="`, caption, caption); err != nil {
		return err
	}
	if err := dataurl.Encode(w, p.MediaType, io.TeeReader(body, seen)); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\"></figure>\n")
	return err
}
