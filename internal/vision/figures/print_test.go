package figures

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// portion makes a quick look possible.
var portion = flag.Float64("portion", 1, "portion of the sets that is read by the benchmark")

// BenchmarkFigures prints the whole table. It reads some three thousand pictures, once, whatever -benchtime says.
func BenchmarkFigures(b *testing.B) {
	n := whole().times(*portion)
	for name, part := range parts(n) {
		b.Run(name, func(b *testing.B) {
			for _, f := range part(b) {
				f.print()
			}
		})
	}
}

// parts are the sets, by what they are about.
func parts(n size) map[string]func(testing.TB) []*figure {
	return map[string]func(testing.TB) []*figure{
		"zones":    func(tb testing.TB) []*figure { return zoneFigures(tb, n) },
		"barcodes": func(tb testing.TB) []*figure { return barcodeFigures(tb, n.barcodes) },
		"flaws":    func(tb testing.TB) []*figure { return flawFigures(tb, n.flaws) },
		"photos":   func(tb testing.TB) []*figure { return selfieFigures(tb, n.flaws) },
	}
}

// print shows the figure and which pictures were missed: at once, as a benchmark's log is cut off after ten lines.
func (f *figure) print() {
	fmt.Fprintln(os.Stdout, f)
	for _, what := range f.missed {
		fmt.Fprintln(os.Stdout, "    missed", what)
	}
}

// TestFigures guards the figures on a few pictures of the same sets: all of them are right but where only the extreme
// is found, and one symbol that was photographed badly.
func TestFigures(t *testing.T) {
	t.Parallel()
	for name, part := range parts(guard()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range part(t) {
				allowed := f.of / 4 // of what is not always found
				if f.target != "where extreme" && f.target != "≥ 67 %" {
					allowed = 0
				}
				wrong := f.of - f.found
				switch {
				case f.target == "0":
					wrong = f.found
				case f.target == "where extreme":
					allowed = f.of - 1 // the flat one
				}
				if wrong > allowed {
					t.Errorf("%s: missed %q", f, f.missed)
				}
			}
		})
	}
}
