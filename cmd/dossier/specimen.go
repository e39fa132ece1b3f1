package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/specimen"
)

type specimenCommand struct {
	Type      string   `help:"What to draw: ${specimens}." required:"" placeholder:"TYPE"`
	Side      string   `help:"front or back." default:"front" enum:"front,back"`
	Country   string   `help:"Issuing country, ISO 3166-1 alpha-3 (UTO, which is nobody's)." placeholder:"CCC"`
	FirstName string   `help:"First names of the holder." placeholder:"NAME"`
	LastName  string   `help:"Last name of the holder." placeholder:"NAME"`
	Birth     string   `help:"Day of birth." placeholder:"YYYY-MM-DD"`
	Expiry    string   `help:"Day of expiry." placeholder:"YYYY-MM-DD"`
	Number    string   `help:"Document number." placeholder:"NUMBER"`
	Flaw      []string `help:"What shall be wrong with it; may be given several times." placeholder:"FLAW"`
	Level     int      `help:"How it was photographed: 0 flat, 1 carefully, 2 casually, 3 badly." default:"0"`
	Seed      uint64   `help:"Another seed is another person."`
	Out       string   `help:"File to write: .jpg or .png, .json for what an app reads in the document's chip, or - for JPEG on standard output." required:"" placeholder:"FILE"`
}

// Help lists types and flaws.
func (specimenCommand) Help() string {
	var b strings.Builder
	b.WriteString("Types and the flaws that each can have:\n\n")
	for _, t := range specimen.Types() {
		fmt.Fprintf(&b, "  %-20s %s\n", t, joinWords(specimen.Flaws(t)))
	}
	return b.String()
}

// Run draws.
func (c specimenCommand) Run(w world) error {
	o, err := c.order()
	if err != nil {
		return err
	}
	draw := specimen.JPEG
	switch strings.ToLower(filepath.Ext(c.Out)) {
	case ".png":
		draw = specimen.PNG
	case ".json":
		draw = specimen.Chip
	}
	if c.Out == "-" {
		return draw(w.out, o)
	}
	return toFile(c.Out, func(f io.Writer) error { return draw(f, o) })
}

func (c specimenCommand) order() (o specimen.Order, err error) {
	o = specimen.Order{
		Type: specimen.Type(c.Type), Side: c.Side, Country: c.Country, Number: c.Number, Seed: c.Seed, Level: c.Level,
		Holder: specimen.Holder{FirstName: c.FirstName, LastName: c.LastName},
	}
	for _, f := range c.Flaw {
		o.Flaws = append(o.Flaws, specimen.Flaw(f))
	}
	if o.Holder.Birth, err = day("--birth", c.Birth); err != nil {
		return o, err
	}
	o.Expiry, err = day("--expiry", c.Expiry)
	return o, err
}

func day(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fmt.Errorf("%s must be a date YYYY-MM-DD", flag)
	}
	return t, nil
}

func joinWords[T ~string](words []T) string {
	s := make([]string, len(words))
	for i, w := range words {
		s[i] = string(w)
	}
	return strings.Join(s, ", ")
}

// toFile writes a file whole or not at all.
func toFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".specimen-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // It is there only if something failed.
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// specimenTypes lists the types for the help text.
func specimenTypes() string { return joinWords(specimen.Types()) }
