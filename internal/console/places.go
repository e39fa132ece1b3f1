package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"
)

// Mark is something that Dossier itself reads in a picture, and where. The
// provider tells no places, and its verdict does not rest on any of this.
type Mark struct {
	// Kind is zone, field (a part of the zone), barcode or face.
	Kind string
	// Name is that of a field, or the type of a zone or barcode.
	Name string
	// Value is what is written there, and Confidence how sure that is, 0 to 1; of
	// fields only.
	Value      string
	Confidence float64
	// Facts are what a barcode holds, by name.
	Facts map[string]string
	// Corners are in parts of the width and height of the upright picture.
	Corners [4][2]float64
}

// Sight is what Dossier itself reads in a picture, whose size is that of the
// upright picture in pixels.
type Sight struct {
	Width, Height int
	Marks         []Mark
}

// ErrUnreadable says that a picture is of a kind or size that is not read here.
var ErrUnreadable = errors.New("the picture cannot be read here")

// reading is what the part of the page with the places shows.
type reading struct {
	Marks      []mark
	Unreadable bool
	Width      int
	Height     int
}

// mark is a mark with whether the provider has read the same: "", "same" or
// "differs".
type mark struct {
	Mark
	Provider string
}

// Title names what is marked.
func (m mark) Title() string {
	switch m.Kind {
	case "zone":
		return "Machine readable zone"
	case "field":
		return archive.Words(m.Name)
	case "barcode":
		return "Barcode"
	default:
		return "Face"
	}
}

// Data are what a barcode holds, in the order in which people read it.
func (m mark) Data() []archive.Fact {
	facts := map[string]any{}
	for name, value := range m.Facts {
		facts[name] = value
	}
	return archive.FactsOf(facts)
}

// Sure is the confidence in per cent.
func (m mark) Sure() int { return int(100 * m.Confidence) }

// Points are the corners in a picture of this size, as SVG takes them.
func (r reading) Points(m mark) string {
	points := make([]string, len(m.Corners))
	for i, c := range m.Corners {
		points[i] = fmt.Sprintf("%.1f,%.1f", c[0]*float64(r.Width), c[1]*float64(r.Height))
	}
	return strings.Join(points, " ")
}

// places has Dossier itself read a picture and shows what it read, and where.
func (c *console) places(q *request) error {
	depiction, known := idv.ParseDepiction(q.PathValue("depiction"))
	if !known {
		return idv.NotFound("image")
	}
	v, body, err := c.Service.ImageToRead(q.Context(), q.key(), depiction)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	file, err := io.ReadAll(io.LimitReader(body, idv.MaxImageBytes+1))
	if err != nil {
		return fmt.Errorf("read the image: %w", err)
	}
	seen, err := c.Read(q.Context(), file, depiction == idv.Selfie)
	if err != nil && !errors.Is(err, ErrUnreadable) {
		return err
	}
	shown := reading{Unreadable: err != nil, Width: seen.Width, Height: seen.Height}
	theirs := readBy(v.Verdict)
	for _, m := range seen.Marks {
		shown.Marks = append(shown.Marks, mark{m, compared(m, theirs)})
	}
	return c.part(q, "process", "places", shown)
}

// compared says whether the provider has read the same in a document; "" where
// it has not said, or where letters of the zone cannot tell.
func compared(m Mark, theirs idv.FinalResult) string {
	if m.Kind != "field" {
		return ""
	}
	said := plain(map[string]string{
		"documentNumber": theirs.DocumentNumber, "lastName": theirs.LastName, "firstName": theirs.FirstName, "birthDate": theirs.DateOfBirth,
		"expiryDate": theirs.DateOfExpiry, "nationality": theirs.Nationality, "issuingCountry": theirs.IssuingCountry,
		"sex": theirs.Gender[:min(1, len(theirs.Gender))],
	}[m.Name])
	beyondZ := func(r rune) bool { return r > 'Z' } // The zone writes other letters in its own way.
	switch {
	case said == "" || strings.ContainsFunc(said, beyondZ):
		return ""
	case said == plain(m.Value):
		return "same"
	default:
		return "differs"
	}
}

// readBy gives what the provider has read in the document: the final result, or
// without one what its report on the document says, in the same words.
func readBy(v *idv.Verdict) (theirs idv.FinalResult) {
	if v == nil {
		return theirs
	}
	if v.Final != nil {
		return *v.Final
	}
	var specific struct {
		Document json.RawMessage `json:"documentVerification"`
	}
	// A report of another form has nothing to compare; whoever opens the process hears of it.
	if json.Unmarshal(v.ProviderSpecific, &specific) != nil || json.Unmarshal(specific.Document, &theirs) != nil {
		return idv.FinalResult{}
	}
	return theirs
}

// plain leaves out what documents write in several ways: blanks, hyphens and the
// case of letters.
func plain(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "'", "", "<", "").Replace(strings.ToUpper(s))
}
