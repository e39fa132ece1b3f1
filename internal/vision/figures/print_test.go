package figures

import (
	"flag"
	"testing"
)

// portion makes a quick look possible.
var portion = flag.Float64("portion", 1, "portion of the sets that is read by the benchmark")

// BenchmarkFigures prints the whole table. It reads some three thousand pictures, once, whatever -benchtime says.
func BenchmarkFigures(b *testing.B) {
	n := whole().times(*portion)
	for name, part := range map[string]func(testing.TB) []*figure{
		"zones":    func(tb testing.TB) []*figure { return zoneFigures(tb, n) },
		"barcodes": func(tb testing.TB) []*figure { return barcodeFigures(tb, n.barcodes) },
		"flaws":    func(tb testing.TB) []*figure { return flawFigures(tb, n.flaws) },
		"photos":   func(tb testing.TB) []*figure { return selfieFigures(tb, n.flaws) },
	} {
		b.Run(name, func(b *testing.B) {
			for _, f := range part(b) {
				b.Log(f)
				for _, what := range f.missed {
					b.Log("    missed", what)
				}
			}
		})
	}
}
