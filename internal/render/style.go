package render

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style says what the reader's terminal can show. The zero Style is plain UTF-8.
type Style struct {
	// Color uses ANSI colours.
	Color bool
	// ASCII draws the tree and marks without other characters, and writes those
	// of the values as escapes.
	ASCII bool
	// Live redraws the line of a running step.
	Live bool
}

// StyleFor looks at w and the environment (getenv is os.Getenv): colour and live
// lines only on a terminal that is not dumb, colour not if NO_COLOR is set to
// anything (no-color.org), ASCII unless the locale (LC_ALL, else LC_CTYPE, else
// LANG) is UTF-8.
func StyleFor(w io.Writer, getenv func(string) string) Style {
	terminal := isTerminal(w) && getenv("TERM") != "dumb"
	return Style{
		Color: terminal && getenv("NO_COLOR") == "",
		ASCII: !isUTF8(getenv),
		Live:  terminal,
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// color is the number of an ANSI colour.
type color int

const (
	faint  color = 2
	red    color = 31
	green  color = 32
	yellow color = 33
)

func (s Style) paint(c color, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + text + "\x1b[0m"
}

// branches are the drawn parts of a tree: before a node, before the last one,
// and the same for what lies below them.
type branches struct{ node, last, below, belowLast string }

func (s Style) branches() branches {
	if s.ASCII {
		return branches{"|- ", "`- ", "|  ", "   "}
	}
	return branches{"├─ ", "└─ ", "│  ", "   "}
}

// maxValue is the longest value that is shown whole, in characters.
const maxValue = 1000

// clean makes text harmless: what is not printable (control characters, which
// could steer the terminal, and invisible ones, which could turn the direction
// of writing) shows as an escape.
func (s Style) clean(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxValue {
			b.WriteString("...")
			break
		}
		switch {
		case r >= utf8.RuneSelf && s.ASCII:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// words turns a name of the API into words: dataValidation, data validation.
func (s Style) words(name string) string {
	var b strings.Builder
	before := 'A'
	for _, r := range name {
		if unicode.IsUpper(r) && !unicode.IsUpper(before) || unicode.IsDigit(r) && !unicode.IsDigit(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return s.clean(b.String())
}

// title is words with a capital.
func (s Style) title(name string) string {
	w := s.words(name)
	first, n := utf8.DecodeRuneInString(w)
	if n == 0 {
		return w
	}
	return string(unicode.ToUpper(first)) + w[n:]
}
