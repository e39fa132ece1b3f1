package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/dossier-id/dossier/internal/signing"
)

// Finding is one thing that is not as it was signed.
type Finding struct {
	// Name is the file inside the zip, or "" for the zip itself.
	Name    string
	Problem string
}

// Verdict is what Verify found. An archive is genuine when there are no findings.
type Verdict struct {
	// Manifest is what the archive says of itself, nil when that cannot be read.
	// It is to be believed only when Proven.
	Manifest *Manifest
	// Proven says that a key made a signature of exactly this manifest; KeyID
	// names the key.
	Proven   bool
	KeyID    string
	Findings []Finding
}

// Genuine says that every byte is as it was signed.
func (v *Verdict) Genuine() bool { return v.Proven && len(v.Findings) == 0 }

func (v *Verdict) add(name, problem string, args ...any) {
	v.Findings = append(v.Findings, Finding{name, fmt.Sprintf(problem, args...)})
}

// Verify holds a file of the given size to its signature by one of the keys. A
// file that was changed, in whatever way, is a Verdict with findings; the error
// is of reading r alone.
func Verify(r io.ReaderAt, size int64, keys []signing.PublicKey) (*Verdict, error) {
	v := new(Verdict)
	watched := &watched{r: r}
	source := io.NewSectionReader(watched, 0, size) // A damaged directory can point outside.
	z, err := zip.NewReader(source, size)
	if err != nil {
		v.add("", "it cannot be read as a zip: its directory, which is at the end, is damaged or missing")
		return v, watched.err
	}
	found := v.index(z)
	text := v.manifest(found, keys)
	if v.Manifest == nil {
		return v, watched.err
	}
	members := v.contents(found)
	if v.Proven && len(v.Findings) == 0 {
		v.container(source, size, append(members, literal(ManifestName, text), literal(SignatureName, v.read(found, SignatureName))))
	}
	return v, watched.err
}

// watched remembers why reading failed, to tell a broken disk from a broken zip.
type watched struct {
	r   io.ReaderAt
	err error
}

// ReadAt passes the bytes on.
func (w *watched) ReadAt(p []byte, at int64) (int, error) {
	n, err := w.r.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// index finds the files by name; a second one of a name is a finding.
func (v *Verdict) index(z *zip.Reader) map[string]*zip.File {
	found := make(map[string]*zip.File)
	for _, f := range z.File {
		if len(found) > 2*maxFiles {
			v.add("", "it has more than %d files", 2*maxFiles)
			break
		}
		if _, twice := found[f.Name]; twice {
			v.add(f.Name, "is there twice")
			continue
		}
		found[f.Name] = f
	}
	return found
}

// read gives the bytes of one of the two files that speak of the others, or nil.
func (v *Verdict) read(found map[string]*zip.File, name string) []byte {
	f := found[name]
	if f == nil {
		v.add(name, "is missing")
		return nil
	}
	r, err := f.OpenRaw()
	if err != nil {
		v.add(name, "cannot be found where the zip's directory says")
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, 2*maxManifest))
	if err != nil || len(text) == 2*maxManifest {
		v.add(name, "cannot be read whole")
		return nil
	}
	return text
}

// manifest finds the manifest that is signed, and says what of manifest.json and
// manifest.jws is not as it was. It gives the manifest's text.
func (v *Verdict) manifest(found map[string]*zip.File, keys []signing.PublicKey) []byte {
	text, jws := v.read(found, ManifestName), v.read(found, SignatureName)
	if text == nil && jws == nil {
		return nil
	}
	s, err := signing.Parse(jws)
	if err != nil && jws != nil {
		v.add(SignatureName, "was changed: %v", err)
	}
	signed := v.prove(s, text, keys)
	switch {
	case signed == nil && text == nil:
		signed = s.Payload
	case signed == nil:
		signed = text
	case text != nil && !bytes.Equal(text, signed):
		v.add(ManifestName, "was changed: %s", difference(signed, text))
	}
	if v.Manifest, err = decodeManifest(signed); err != nil {
		v.add(ManifestName, "cannot be read: %v", err)
	}
	return signed
}

// prove gives the text that a key has signed: the signature's own, or that of
// manifest.json when only the copy in the signature was changed. nil means that
// nothing is proven.
func (v *Verdict) prove(s signing.Signature, text []byte, keys []signing.PublicKey) []byte {
	for _, k := range keys {
		header := k.Header(manifestType)
		switch {
		case k.Made(s.Value, header, s.Payload):
			v.Proven, v.KeyID = true, k.ID()
			if !bytes.Equal(s.Header, header) {
				v.add(SignatureName, "was changed: its header is not the one that was signed")
			}
			return s.Payload
		case text != nil && k.Made(s.Value, header, text):
			v.Proven, v.KeyID = true, k.ID()
			v.add(SignatureName, "was changed: its copy of the manifest; manifest.json is what was signed")
			return text
		}
	}
	if s.Value != nil {
		v.add(SignatureName, "no signature by a known key fits: it was changed or made with another key, so nothing here is proven")
	}
	return nil
}

// difference says where two texts part.
func difference(signed, text []byte) string {
	at := 0
	for at < len(signed) && at < len(text) && signed[at] == text[at] {
		at++
	}
	if at == len(text) {
		return fmt.Sprintf("it ends after %d of %d bytes", at, len(signed))
	}
	return fmt.Sprintf("from line %d on (byte %d)", 1+bytes.Count(text[:at], []byte("\n")), at)
}

// contents holds the files to the manifest and gives them as members of the zip.
func (v *Verdict) contents(found map[string]*zip.File) []member {
	members := make([]member, 0, len(v.Manifest.Files))
	listed := map[string]bool{ManifestName: true, SignatureName: true}
	for _, want := range v.Manifest.Files {
		listed[want.Name] = true
		if m, ok := v.content(found[want.Name], want); ok {
			members = append(members, m)
		}
	}
	var strangers []string
	for name := range found {
		if !listed[name] {
			strangers = append(strangers, name)
		}
	}
	sort.Strings(strangers)
	for _, name := range strangers {
		v.add(name, "was added: the manifest does not list it")
	}
	return members
}

func (v *Verdict) content(f *zip.File, want File) (m member, intact bool) {
	if f == nil {
		v.add(want.Name, "is missing")
		return m, false
	}
	if f.Method != zip.Store {
		v.add(want.Name, "was changed: it is compressed, which this format never does")
		return m, false
	}
	write := func(w io.Writer) error {
		r, err := f.OpenRaw()
		if err == nil {
			_, err = io.Copy(w, r)
		}
		return err
	}
	meter := newMeter()
	if err := write(meter); err != nil {
		v.add(want.Name, "cannot be read whole: the zip around it is damaged")
		return m, false
	}
	sum := meter.sum()
	switch {
	case sum.size != want.Size:
		v.add(want.Name, "was changed: it has %d bytes instead of %d", sum.size, want.Size)
	case sum.sha256 != want.SHA256:
		v.add(want.Name, "was changed: its bytes do not have the SHA-256 of the manifest")
	default:
		return member{want.Name, sum.size, sum.crc, write}, true
	}
	return m, false
}

// container writes the zip anew from what is proven and compares the file with
// it byte by byte: headers, times and gaps can hide changes as well.
func (v *Verdict) container(r io.ReaderAt, size int64, members []member) {
	against := &comparer{r: r, size: size}
	err := writeZip(against, v.Manifest.CompletedAt, members)
	switch {
	case against.differs:
		v.add("", "was changed at byte %d: %s", against.at, placeAt(layout(members), against.at))
	case err != nil:
		v.add("", "cannot be compared with what was signed: %v", err)
	case against.at < size:
		v.add("", "has %d bytes too many behind its end", size-against.at)
	}
}

func placeAt(spans []span, at int64) string {
	for _, s := range spans {
		if at < s.end {
			return s.what
		}
	}
	return "behind its end"
}

// errDiffers ends the writing into a comparer.
var errDiffers = errors.New("differs")

// comparer compares what is written to it with a file.
type comparer struct {
	r       io.ReaderAt
	size    int64
	at      int64
	differs bool
}

// Write fails at the first byte that differs; at is its place then.
func (c *comparer) Write(p []byte) (int, error) {
	have := make([]byte, len(p))
	n, err := c.r.ReadAt(have, c.at)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for i := range p {
		if i >= n || have[i] != p[i] {
			c.at, c.differs = c.at+int64(i), true
			return i, errDiffers
		}
	}
	c.at += int64(len(p))
	return len(p), nil
}
