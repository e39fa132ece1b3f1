package figures

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision"
)

// size is how many pictures the sets have.
type size struct{ zones, zoneless, small, barcodes, flaws, foreign int }

// whole is what the figures are asked for; guard is what every run of the tests reads, some forty pictures, six of them of another generator.
func whole() size {
	return size{zones: 200, zoneless: 300, small: 100, barcodes: 100, flaws: 60, foreign: 10}
}
func guard() size { return size{zones: 2, zoneless: 5, small: 1, barcodes: 1, flaws: 1} }

// times makes the sets smaller, none of them empty.
func (n size) times(part float64) size {
	of := func(count int) int { return max(1, int(part*float64(count))) }
	return size{of(n.zones), of(n.zoneless), of(n.small), of(n.barcodes), of(n.flaws), of(n.foreign)}
}

// figure is one line of the table: how many of how many, and what is aimed at.
type figure struct {
	name   string
	found  int
	of     int
	target string
	missed []string // which, to look at again
}

func (f *figure) String() string {
	return fmt.Sprintf("%-58s %4d of %4d  %5.1f %%  (%s)", f.name, f.found, f.of, 100*float64(f.found)/float64(max(f.of, 1)), f.target)
}

// newReader is one reader for all, as a server has.
var newReader = sync.OnceValues(vision.New)

func read(tb testing.TB, file []byte) *vision.Reading {
	tb.Helper()
	r, err := newReader()
	if err != nil {
		tb.Fatal(err)
	}
	reading, err := r.Read(context.Background(), file, vision.Options{Today: today()})
	if err != nil {
		tb.Errorf("read a picture: %v", err)
		return &vision.Reading{}
	}
	return reading
}

// count asks for each of n pictures, on every core, whether it is found.
func count(name, target string, n int, found func(i int) (bool, string)) *figure {
	f := &figure{name: name, of: n, target: target}
	var mu sync.Mutex
	var workers sync.WaitGroup
	places := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range places {
				good, what := found(i)
				mu.Lock()
				if good {
					f.found++
				} else {
					f.missed = append(f.missed, what)
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		places <- i
	}
	close(places)
	workers.Wait()
	slices.Sort(f.missed)
	return f
}

// countZones reads documents with a zone: how many are fully right, and how many readings are wrong although all their
// check digits agree and no field is in doubt.
func countZones(tb testing.TB, name, target string, n int, draw func(i int) (specimen.Order, []byte)) (right, wrong *figure) {
	tb.Helper()
	wrong = &figure{name: name + ", wrong though agreeing and sure", of: n, target: "0"}
	var mu sync.Mutex
	right = count(name+", zone fully right", target, n, func(i int) (bool, string) {
		o, file := draw(i)
		lines, got := linesOf(tb, o), read(tb, file).MRZ
		switch {
		case got == nil:
			return false, fmt.Sprintf("%d %s: no zone", i, o.Type)
		case slices.Equal(got.Lines, lines):
			return true, ""
		case got.CheckDigitsValid && sure(got):
			mu.Lock()
			defer mu.Unlock()
			wrong.found++
			wrong.missed = append(wrong.missed, fmt.Sprintf("%d: %v", i, got.Confidence))
		}
		return false, fmt.Sprintf("%d %s:\n%s\n%s", i, o.Type, strings.Join(got.Lines, "\n"), strings.Join(lines, "\n"))
	})
	return right, wrong
}

// sure is the confidence that a field must have to be held against anybody.
func sure(m *vision.MRZ) bool {
	for _, p := range m.Confidence {
		if p < 0.8 {
			return false
		}
	}
	return true
}

// zoneFigures are those of machine readable zones.
func (n size) zoneFigures(tb testing.TB) []*figure {
	tb.Helper()
	var all []*figure
	for level, target := range []string{"none set", "≥ 99.5 %", "≥ 99.5 %", "≥ 97 %"} {
		right, wrong := countZones(tb, fmt.Sprintf("level %d", level), target, n.zones, func(i int) (specimen.Order, []byte) {
			o := zoned(level, i)
			return o, jpegOf(tb, o)
		})
		all = append(all, right, wrong)
	}
	right, wrong := countZones(tb, "another camera", "none set", n.zones/2, func(i int) (specimen.Order, []byte) {
		o := zoned(0, 1000+i)
		return o, respoiled(tb, jpegOf(tb, o), i)
	})
	all = append(all, right, wrong)
	slices.SortFunc(all, func(a, b *figure) int { return strings.Compare(a.name, b.name) })
	return append(all, smallFigure(tb, 0.25, n.small), smallFigure(tb, 0.5, n.small))
}

// smallFigure reads documents that fill only a part of the frame's width.
func smallFigure(tb testing.TB, fill float64, n int) *figure {
	tb.Helper()
	right, _ := countZones(tb, fmt.Sprintf("%.0f %% of the frame's width", 100*fill), "≥ 80 %", n, func(i int) (specimen.Order, []byte) {
		o := zoned(1+i/10%2*int(2*fill), 2000+i) // what fills half is photographed carefully or casually
		o.Fill = fill
		return o, jpegOf(tb, o)
	})
	return right
}

// zonelessFigures reads pictures without a zone, every twelfth of them a page of writing.
func (n size) zonelessFigures(tb testing.TB) []*figure {
	tb.Helper()
	f := count("pictures without a zone, none claimed", "all", n.zoneless, func(i int) (bool, string) {
		var file []byte
		if i%12 == 5 {
			file = page(tb, i)
		} else {
			file = jpegOf(tb, zoneless(i))
		}
		got := read(tb, file).MRZ
		return got == nil, fmt.Sprintf("%d: %+v", i, got)
	})
	return []*figure{f}
}

// barcodeFigures are those of the symbols of licences, read with all AAMVA fields.
func (n size) barcodeFigures(tb testing.TB) []*figure {
	tb.Helper()
	var all []*figure
	for level := 1; level <= 3; level++ {
		target := []string{"≥ 99 %", "≥ 95 %", "≥ 67 %"}[level-1]
		all = append(all, count(fmt.Sprintf("level %d, PDF417 with AAMVA", level), target, n.barcodes, func(i int) (bool, string) {
			o := order(specimen.USDrivingLicence, specimen.Back, level, i)
			got := read(tb, jpegOf(tb, o)).Barcode
			return got != nil && got.Fields["documentNumber"] == o.Number, fmt.Sprint(i)
		}))
	}
	return all
}
