package picture

import "bytes"

// otherFile looks for a file of another kind in what is not pixels: the same
// bytes are then a picture to one program and an archive, a document or a page
// to another.
type otherFile struct {
	tail  []byte // the last bytes seen, where a word may be split
	end   int64  // behind them
	zip   int64  // where the last end of a zip was seen, plus one
	found bool
}

const (
	// zipEnd begins the last record of a zip (PKWARE APPNOTE section 4.3.16),
	// which has at least 22 bytes and lies within the last 65,557 of a file.
	zipEnd     = "PK\x05\x06"
	zipEndSize = 22
	maxZipEnd  = zipEndSize + 65535
	// pdfStart makes a PDF for most readers anywhere in the first KiB.
	pdfStart  = "%PDF-"
	pdfWithin = 1 << 10
	// signatureLength is how much of what follows an image tells what it is.
	signatureLength = 64
)

// see looks at bytes whose first is that at the position.
func (o *otherFile) see(part []byte, at int64) {
	if at != o.end {
		o.tail = o.tail[:0]
	}
	seam := append(o.tail, part[:min(len(part), len(pdfStart))]...)
	o.search(seam, at-int64(len(o.tail)))
	o.search(part, at)
	keep := min(len(part), len(pdfStart)-1)
	o.tail, o.end = append(o.tail[:0], part[len(part)-keep:]...), at+int64(len(part))
}

func (o *otherFile) search(b []byte, at int64) {
	if i := bytes.LastIndex(b, []byte(zipEnd)); i >= 0 {
		o.zip = max(o.zip, at+int64(i)+1)
	}
	if at < pdfWithin && bytes.Contains(b[:min(int64(len(b)), pdfWithin-at)], []byte(pdfStart)) {
		o.found = true
	}
}

// behind looks at how that begins which follows the image.
func (o *otherFile) behind(start []byte) {
	for len(start) > 0 && bytes.IndexByte([]byte("\x00\xff \t\r\n"), start[0]) >= 0 {
		start = start[1:]
	}
	for _, signature := range []string{"PK", "%PDF", "<", "MZ", "\x7fELF", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "GIF8", "#!", "{\\rtf", "\xca\xfe\xba\xbe"} {
		o.found = o.found || bytes.HasPrefix(start, []byte(signature))
	}
}

// verdict says what was found in a file of so many bytes.
func (o *otherFile) verdict(size int64) error {
	if left := size - (o.zip - 1); o.zip > 0 && left >= zipEndSize && left <= maxZipEnd {
		return Carries
	}
	if o.found {
		return Carries
	}
	return nil
}
