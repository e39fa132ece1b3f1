package printed

import (
	"bytes"
	"cmp"
	"image"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is taken from a table.
const (
	maxWords  = 2000
	maxLetter = 80 // bytes of a word
)

// word is a word and where it is, in pixels.
type word struct {
	text string
	sure float64 // 0 to 1
	box  image.Rectangle
}

func (w word) height() int { return w.box.Dy() }

// wordsOf reads the lines of the table that are of words, which are of level 5: level, page, block, paragraph, line and word
// as numbers, then left, top, width, height, confidence (0 to 100) and the text.
func wordsOf(tsv []byte) []word {
	var words []word
	for line := range bytes.Lines(tsv) {
		columns := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
		if len(columns) != 12 || columns[0] != "5" || len(words) == maxWords {
			continue
		}
		if w, ok := wordOf(columns); ok {
			words = append(words, w)
		}
	}
	return words
}

// wordOf takes words that hardly count as read, too: a name that lacks one would seem to be a certain one.
func wordOf(columns []string) (w word, ok bool) {
	const farthest = 1 << 16 // pixels
	var place [4]int
	for i := range place {
		n, err := strconv.Atoi(columns[6+i])
		if err != nil || n < 0 || n > farthest {
			return w, false
		}
		place[i] = n
	}
	sure, err := strconv.ParseFloat(columns[10], 64)
	text := columns[11]
	if err != nil || !(sure >= 0 && sure <= 100) || len(text) > maxLetter || !utf8.ValidString(text) || !strings.ContainsFunc(text, legible) {
		return w, false
	}
	x, y := place[0], place[1]
	return word{text, sure / 100, image.Rect(x, y, x+place[2], y+place[3])}, true
}

func legible(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// piece is words of a row with no wide gap between them.
type piece []word

// row is the pieces of a row from left to right.
type row []piece

// rowsOf puts words into rows by their middles, from top to bottom.
func rowsOf(words []word) []row {
	slices.SortFunc(words, func(a, b word) int {
		return cmp.Or(cmp.Compare(a.box.Min.X, b.box.Min.X), cmp.Compare(a.box.Min.Y, b.box.Min.Y))
	})
	var lines [][]word
	for _, w := range words {
		if i := lineFor(w, lines); i >= 0 {
			lines[i] = append(lines[i], w)
		} else {
			lines = append(lines, []word{w})
		}
	}
	slices.SortFunc(lines, func(a, b []word) int { return cmp.Compare(middle(a[0]), middle(b[0])) })
	rows := make([]row, len(lines))
	for i, line := range lines {
		rows[i] = piecesOf(line)
	}
	return rows
}

// lineFor is the line whose last word is nearest in height, -1 when none is near.
func lineFor(w word, lines [][]word) int {
	found, nearest := -1, 0
	for i, line := range lines {
		last := line[len(line)-1]
		away := middle(last) - middle(w)
		away = max(away, -away)
		if away <= max(last.height(), w.height())/2 && (found < 0 || away < nearest) {
			found, nearest = i, away
		}
	}
	return found
}

func middle(w word) int { return (w.box.Min.Y + w.box.Max.Y) / 2 }

// piecesOf parts a line where a gap is wider than two and a half times the height of its words.
func piecesOf(line []word) (r row) {
	for i, w := range line {
		if i > 0 {
			before := line[i-1]
			if gap := w.box.Min.X - before.box.Max.X; 2*gap <= 5*min(before.height(), w.height()) {
				r[len(r)-1] = append(r[len(r)-1], w)
				continue
			}
		}
		r = append(r, piece{w})
	}
	return r
}

func (r row) text() string {
	parts := make([]string, len(r))
	for i, p := range r {
		parts[i] = p.text()
	}
	return strings.Join(parts, "  ")
}

func (p piece) text() string {
	parts := make([]string, len(p))
	for i, w := range p {
		parts[i] = w.text
	}
	return strings.Join(parts, " ")
}

// sure is the confidence of the least certain word.
func (p piece) sure() float64 {
	if len(p) == 0 {
		return 0
	}
	return slices.MinFunc(p, func(a, b word) int { return cmp.Compare(a.sure, b.sure) }).sure
}

func (p piece) left() int { return p[0].box.Min.X }

// letters is the text in small letters without anything between them, to look for labels in.
func (p piece) letters() string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, p.text())
}
