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
		"zones":      n.zoneFigures,
		"zoneless":   n.zonelessFigures,
		"barcodes":   n.barcodeFigures,
		"flaws":      n.flawFigures,
		"photos":     n.selfieFigures,
		"breakdowns": n.breakdownFigures,
		"foreign":    n.foreignFigures,
	}
}

// print shows the figure and which pictures were missed: at once, as a benchmark's log is cut off after ten lines.
func (f *figure) print() {
	fmt.Fprintln(os.Stdout, f)
	for _, what := range f.missed {
		fmt.Fprintln(os.Stdout, "    missed", what)
	}
}

// TestFigures guards the figures on the first pictures of the same sets, which are all read right.
func TestFigures(t *testing.T) {
	t.Parallel()
	for name, part := range parts(guard()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range part(t) {
				wrong := f.of - f.found
				if f.target == "0" {
					wrong = f.found
				}
				if wrong > 0 {
					t.Errorf("%s: missed %q", f, f.missed)
				}
			}
		})
	}
}
