package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/printed"
)

type inspectCommand struct {
	Files []string    `arg:"" name:"file" help:"Pictures: JPEG, PNG or WebP; - is standard input."`
	JSON  bool        `name:"json" help:"One JSON object a line instead of text."`
	Print printReader `embed:""`
}

// Help says what is looked at.
func (inspectCommand) Help() string {
	return "Shows what Dossier reads in a picture of a document or a person: machine readable zone, barcode, faces, and how good the picture is; " +
		"with tesseract on the machine also what is printed. It says nothing about whether a document is genuine."
}

// inspected is one line of JSON.
type inspected struct {
	File string `json:"file"`
	*vision.Reading
	Text *printed.Text `json:"text,omitempty"` // by tesseract; absent where that is not there or finds nothing
}

// Run reads every file. Those that cannot be read are named on the error
// output and make the exit status 1 when all others are done.
func (c inspectCommand) Run(w world) error {
	reader, err := vision.New()
	if err != nil {
		return err
	}
	programs, err := optional.Find("", c.Print.Tesseract)
	if err != nil {
		return err
	}
	show := showText
	if c.JSON {
		show = showJSON
	}
	failed := false
	for _, name := range c.Files {
		seen, err := inspect(w, reader, programs, name)
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(w.err, "dossier: %s: %v\n", name, err)
			failed = true
			continue
		}
		if err := show(w.out, seen); err != nil {
			return fmt.Errorf("write what was read in %s: %w", name, err)
		}
	}
	if failed {
		return exit(1)
	}
	return nil
}

// inspect reads a file. That tesseract fails is said, and changes nothing else.
func inspect(w world, reader *vision.Reader, programs optional.Set, name string) (inspected, error) {
	file, err := fileBytes(name)
	if err != nil {
		return inspected{}, err
	}
	reading, err := reader.Read(w.ctx, file, vision.Options{Today: time.Now()})
	if err != nil {
		return inspected{}, err
	}
	text, err := programs.Print(w.ctx, reading.Page())
	if err != nil {
		fmt.Fprintf(w.err, "dossier: %s: what is printed was not read: %v\n", name, err)
	}
	if text != nil && len(text.Lines) == 0 {
		text = nil
	}
	return inspected{name, reading, text}, nil
}

// fileBytes reads a file or standard input, not more than can be a picture.
func fileBytes(name string) ([]byte, error) {
	from := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			// The name is said already, in front of the error.
			if path, ok := errors.AsType[*os.PathError](err); ok {
				err = path.Err
			}
			return nil, err
		}
		defer func() { _ = f.Close() }()
		from = f
	}
	return io.ReadAll(io.LimitReader(from, vision.MaxBytes+1))
}

// showJSON prints a reading as one line, the fillers of a zone as they are.
func showJSON(out io.Writer, i inspected) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(i)
}

// showText prints a reading for a person.
func showText(out io.Writer, i inspected) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", i.File)
	showZone(t, i.MRZ)
	showBarcode(t, i.Barcode)
	for n, f := range i.Faces {
		fmt.Fprintf(t, "  face %d\t%d × %d at %d, %d\n", n+1, f.Width, f.Height, f.X, f.Y)
	}
	if i.MRZ == nil && i.Barcode == nil && len(i.Faces) == 0 {
		fmt.Fprintf(t, "  nothing\tno machine readable zone, no barcode, no face\n")
	}
	showPrint(t, i.Text)
	showQuality(t, i)
	fmt.Fprintln(t)
	return t.Flush()
}

func showZone(out io.Writer, m *vision.MRZ) {
	if m == nil {
		return
	}
	digits := "all right"
	if !m.CheckDigitsValid {
		var wrong []string
		for _, field := range slices.Sorted(maps.Keys(m.Checks)) {
			if !m.Checks[field] {
				wrong = append(wrong, field)
			}
		}
		digits = "WRONG: " + strings.Join(wrong, ", ")
	}
	fmt.Fprintf(out, "  machine readable zone\t%s, check digits %s\n", m.Format, digits)
	for _, line := range m.Lines {
		fmt.Fprintf(out, "  \t%s\n", line)
	}
	for _, field := range slices.Sorted(maps.Keys(m.Fields)) {
		fmt.Fprintf(out, "    %s\t%s\t%.0f %%\n", field, m.Fields[field], 100*m.Confidence[field])
	}
}

func showBarcode(out io.Writer, b *vision.Barcode) {
	if b == nil {
		return
	}
	fmt.Fprintf(out, "  barcode\t%s, %d characters\n", b.Type, len(b.Text))
	for _, field := range slices.Sorted(maps.Keys(b.Fields)) {
		fmt.Fprintf(out, "    %s\t%s\n", field, b.Fields[field])
	}
	if len(b.Fields) == 0 {
		fmt.Fprintf(out, "  \t%q\n", b.Text)
	}
}

// showPrint shows the fields that were understood; the lines are for programs.
func showPrint(out io.Writer, text *printed.Text) {
	if text == nil {
		return
	}
	fmt.Fprintf(out, "  print, by tesseract\t%d lines, nothing vouches for it\n", len(text.Lines))
	for _, field := range slices.Sorted(maps.Keys(text.Fields)) {
		fmt.Fprintf(out, "    %s\t%s\t%.0f %%\n", field, text.Fields[field], 100*text.Confidence[field])
	}
}

func showQuality(out io.Writer, i inspected) {
	q := i.Quality
	verdict := "no problem"
	if len(q.Problems) > 0 {
		verdict = joinWords(q.Problems)
	}
	fmt.Fprintf(out, "  quality\t%s\n", verdict)
	fmt.Fprintf(out, "    size\t%d × %d\n", q.Width, q.Height)
	fmt.Fprintf(out, "    sharpness, brightness, colour\t%.2f, %.0f, %.0f\n", q.Sharpness, q.Brightness, q.Colour)
	for _, said := range []struct{ name, value string }{{"camera", q.Camera}, {"taken", q.TakenAt}, {"software", q.Software}} {
		if said.value != "" {
			fmt.Fprintf(out, "    %s\t%s\n", said.name, said.value)
		}
	}
	fmt.Fprintf(out, "    perceptual hash\t%s\n", q.PerceptualHash)
}
