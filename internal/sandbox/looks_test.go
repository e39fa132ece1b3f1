package sandbox_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/specimen"
)

// sent is an upload of a drawn document.
type sent struct {
	kind, side string
	data       []byte
}

// drawing is a specimen as a file.
func drawing(t *testing.T, o specimen.Order) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := specimen.JPEG(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chipOf is the chip of a specimen.
func chipOf(t *testing.T, o specimen.Order) sent {
	t.Helper()
	var b bytes.Buffer
	if err := specimen.Chip(&b, o); err != nil {
		t.Fatal(err)
	}
	return sent{"passport", "", b.Bytes()}
}

// edited is a picture whose metadata name the program that it was saved with (EXIF tag 0x0131).
func edited(picture []byte) []byte {
	const software = "Adobe Photoshop 25.0\x00"
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x31\x00\x02")
	tiff = binary.BigEndian.AppendUint32(tiff, uint32(len(software)))
	tiff = append(binary.BigEndian.AppendUint32(tiff, 26), 0, 0, 0, 0)
	body := "Exif\x00\x00" + string(tiff) + software
	out := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(2+len(body)))
	return append(append(out, body...), picture[2:]...)
}

// judged sends documents of an applicant of that last name and gives the report about all of them.
func (b *box) judged(lastName string, documents ...sent) object {
	b.t.Helper()
	applicantID := b.applicant(lastName)
	var ids []string
	for i, d := range documents {
		fields := map[string]string{"applicant_id": applicantID, "type": d.kind}
		if d.side != "" {
			fields["side"] = d.side
		}
		name := fmt.Sprintf("%d.jpg", i)
		if d.data[0] == '{' {
			name = "nfc.json"
		}
		ids = append(ids, id(b.upload("/documents", fields, name, d.data).want(201)))
	}
	check := b.call("POST", "/checks", object{
		"applicant_id": applicantID, "report_names": []string{"document"}, "document_ids": ids, "asynchronous": false,
	}).want(201)
	reports, _ := dig(b.call("GET", "/reports?check_id="+id(check), nil).want(200), "reports").([]any)
	if len(reports) != 1 {
		b.t.Fatalf("reports %v", reports)
	}
	o, _ := reports[0].(object)
	return o
}

// shown is a sub-breakdown as "result properties", or "nothing".
func shown(report object, path string) string {
	group, sub, _ := strings.Cut(path, ".")
	node := dig(report, "breakdown", group, "breakdown", sub)
	if dig(node, "result") == nil {
		return "nothing"
	}
	return fmt.Sprint(dig(node, "result"), " ", dig(node, "properties"))
}

// TestTheSandboxLooksAtDrawnDocuments holds verdicts to real pictures, sent as clients send them.
func TestTheSandboxLooksAtDrawnDocuments(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute, Tesseract: optional.None})
	passport := func(seed uint64, flaws ...specimen.Flaw) specimen.Order {
		return specimen.Order{Type: specimen.Passport, Seed: seed, Flaws: flaws}
	}
	front := func(seed uint64) sent { return sent{"passport", "", drawing(t, passport(seed))} }
	card := func(side string, seed uint64) []byte {
		return drawing(t, specimen.Order{Type: specimen.IDCard, Side: side, Seed: seed})
	}
	// A card whose zone and symbol are of one number and two dates of birth.
	symbol := specimen.Order{Type: specimen.USDrivingLicence, Side: specimen.Back, Seed: 3, Number: specimen.Default(specimen.Passport).Number}
	zone := specimen.Order{Type: specimen.IDCard, Side: specimen.Back, Seed: 3, Country: "USA", Number: symbol.Number}
	zone.Holder.Birth = time.Date(1971, time.March, 4, 0, 0, 0, 0, time.UTC)
	licence := specimen.Order{Type: specimen.DrivingLicence, Seed: 5}
	licenceBack := licence
	licenceBack.Side = specimen.Back

	for name, c := range map[string]struct {
		documents []sent
		subResult string
		shows     map[string]string // by path, how what is shown begins
	}{
		"zone and symbol disagree": {
			[]sent{{"national_identity_card", "back", drawing(t, zone)}, {"national_identity_card", "back", drawing(t, symbol)}},
			"suspected",
			map[string]string{"data_consistency.date_of_birth": "consider", "data_consistency.document_numbers": "clear", "data_validation.barcode": "clear"},
		},
		"the back as the front": {
			[]sent{{"national_identity_card", "front", card(specimen.Back, 11)}},
			"rejected",
			map[string]string{"image_integrity.image_quality": "unidentified map[incorrect_side:"},
		},
		"an edited picture": {
			[]sent{{"passport", "", edited(drawing(t, passport(12)))}},
			"suspected",
			map[string]string{"visual_authenticity.digital_tampering": "consider", "data_validation.mrz": "clear"},
		},
		"two passports": {
			[]sent{front(13), front(14)},
			"rejected",
			map[string]string{"image_integrity.image_quality": "unidentified map[two_documents_uploaded:", "data_consistency.document_numbers": "consider"},
		},
		"a card without its back": {
			[]sent{{"national_identity_card", "front", card(specimen.Front, 15)}},
			"caution",
			map[string]string{"image_integrity.conclusive_document_quality": "consider map[missing_back:", "data_validation.mrz": "nothing"},
		},
		"both sides of a card": {
			[]sent{{"national_identity_card", "front", card(specimen.Front, 16)}, {"national_identity_card", "back", card(specimen.Back, 16)}},
			"clear",
			map[string]string{"image_integrity.image_quality": "clear", "data_validation.mrz": "clear", "visual_authenticity.face_detection": "clear"},
		},
		"a licence that only people can read": {
			[]sent{{"driving_licence", "front", drawing(t, licence)}, {"driving_licence", "back", drawing(t, licenceBack)}},
			"clear",
			map[string]string{
				"image_integrity.image_quality": "clear", "visual_authenticity.face_detection": "clear", "image_integrity.colour_picture": "clear",
				"data_validation.mrz": "nothing", "data_validation.document_expiration": "nothing", "data_comparison.last_name": "nothing",
				"image_integrity.supported_document": "nothing", "compromised_document.repeat_attempts": "nothing",
			},
		},
		"a genuine chip": {
			[]sent{front(17), chipOf(t, passport(17))},
			"clear",
			map[string]string{
				"issuing_authority.nfc_passive_authentication": "clear", "issuing_authority.nfc_active_authentication": "nothing",
				"data_consistency.document_numbers": "clear", "data_consistency.multiple_data_sources_present": "clear",
			},
		},
		"the chip of another passport": {
			[]sent{front(18), chipOf(t, passport(19))},
			"rejected",
			map[string]string{"issuing_authority.nfc_passive_authentication": "clear", "data_consistency.document_numbers": "consider"},
		},
		"an altered chip": {
			[]sent{front(20), chipOf(t, passport(20, specimen.AlteredChip))},
			"suspected",
			map[string]string{"issuing_authority.nfc_passive_authentication": "consider", "data_consistency.last_name": "consider"},
		},
		"a chip of a foreign issuer": {
			[]sent{front(21), chipOf(t, passport(21, specimen.ForeignChip))},
			"clear",
			map[string]string{"issuing_authority.nfc_passive_authentication": "nothing", "data_consistency.document_numbers": "clear"},
		},
		"a file that is no chip's": {
			[]sent{front(22), {"passport", "", []byte(`{"sod":[1,2],"dg1":[3]}`)}},
			"clear",
			map[string]string{"issuing_authority.nfc_passive_authentication": "nothing", "data_validation.mrz": "clear"},
		},
	} {
		report := b.judged("Specimen", c.documents...)
		if report["sub_result"] != c.subResult {
			t.Errorf("%s: sub-result %v, want %s: %v", name, report["sub_result"], c.subResult, report["breakdown"])
		}
		for path, want := range c.shows {
			if got := shown(report, path); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %s, want %s", name, path, got, want)
			}
		}
	}
}

// TestPrintIsAHint: what tesseract reads on a licence without machine readable data is told in the basis, whether it is
// what the applicant said or not, and decides nothing. A sandbox without tesseract says nothing of it.
func TestPrintIsAHint(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute})
	blind := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute, Tesseract: optional.None})
	licence := sent{"driving_licence", "front", drawing(t, specimen.Order{Type: specimen.DrivingLicence})}
	another := sent{"driving_licence", "front", drawing(t, specimen.Order{Type: specimen.DrivingLicence, Seed: 41})}
	passport := sent{"passport", "", drawing(t, specimen.Order{Type: specimen.Passport})}
	for _, c := range []struct {
		box            *box
		name           string
		document       sent
		path, rests    string
		how, subResult string
	}{
		{b, "Specimen", licence, "data_comparison.last_name", "hint", "the same is printed", "clear"},
		{b, "Other", another, "data_comparison.last_name", "hint", "something else", "clear"},
		{b, "Specimen", passport, "data_consistency.document_numbers", "hint", "the same is printed", "clear"},
		{blind, "Other", licence, "data_comparison.last_name", "measured", "what the applicant", "clear"},
	} {
		report := c.box.judged(c.name, c.document)
		if report["sub_result"] != c.subResult || shown(report, c.path) != "nothing" {
			t.Errorf("%s: %v, %s", c.name, report["sub_result"], shown(report, c.path))
		}
		lines, _ := dig(c.box.call("GET", "/sandbox/reports/"+id(report)+"/basis", nil).want(200), "breakdown").([]any)
		at := slices.IndexFunc(lines, func(line any) bool { return dig(line, "path") == c.path })
		if at < 0 || dig(lines[at], "basis") != c.rests || !strings.Contains(fmt.Sprint(dig(lines[at], "how")), c.how) {
			t.Errorf("%s: %d, %v", c.name, at, lines)
		}
	}
}

// TestTheSandboxLooksForRepeats: a person may show a document again, somebody of another name may not, until the
// applicant who showed it is deleted.
func TestTheSandboxLooksForRepeats(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{Live: true, CompleteAfter: time.Millisecond, ReadWithin: time.Minute, Tesseract: optional.None})
	order := specimen.Order{Type: specimen.Passport, Seed: 31}
	flat := sent{"passport", "", drawing(t, order)}
	order.Level = 1
	photographed := sent{"passport", "", drawing(t, order)}
	licence := sent{"driving_licence", "front", drawing(t, specimen.Order{Type: specimen.DrivingLicence, Seed: 32})}
	otherLicence := sent{"driving_licence", "front", drawing(t, specimen.Order{Type: specimen.DrivingLicence, Seed: 33})}
	for i, c := range []struct {
		lastName string
		document sent
		want     string
	}{
		{"Specimen", flat, "clear"},
		{"Specimen", flat, "clear"},
		{"Other", flat, "consider"},
		{"Another", photographed, "consider"},
		{"Specimen", licence, "nothing"},
		{"Specimen", licence, "nothing"},
		{"Other", licence, "consider"},
		{"Other", otherLicence, "nothing"},
	} {
		if got := shown(b.judged(c.lastName, c.document), "compromised_document.repeat_attempts"); !strings.HasPrefix(got, c.want) {
			t.Errorf("%d: %s, want %s", i, got, c.want)
		}
	}
	applicants, _ := dig(b.call("GET", "/applicants?per_page=100", nil).want(200), "applicants").([]any)
	for _, a := range applicants {
		b.call("DELETE", "/applicants/"+fmt.Sprint(dig(a, "id")), nil).want(204)
	}
	if got := shown(b.judged("Specimen", flat), "compromised_document.repeat_attempts"); !strings.HasPrefix(got, "clear") {
		t.Errorf("after all were deleted: %s", got)
	}
}

// TestTheSandboxLooksIntoChips: the face of a specimen's chip is its holder's.
func TestTheSandboxLooksIntoChips(t *testing.T) {
	t.Parallel()
	b := newBox(t, sandbox.Options{})
	applicantID := b.applicant("Specimen")
	chip := b.upload("/documents", map[string]string{"applicant_id": applicantID, "type": "passport"}, "nfc.json",
		chipOf(t, specimen.Order{Type: specimen.Passport}).data).want(201)
	face := b.call("GET", "/documents/"+id(chip)+"/nfc_face", nil)
	img, err := png.Decode(bytes.NewReader(face.body))
	if err != nil || img.Bounds().Dx() != 300 {
		t.Errorf("face of the chip: %v, %v", face.header, err)
	}
}
