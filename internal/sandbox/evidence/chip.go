package evidence

import (
	"errors"
	"fmt"
	"time"

	"github.com/dossier-id/dossier/internal/sandbox/chip"
	"github.com/dossier-id/dossier/internal/sandbox/report"
	"github.com/dossier-id/dossier/internal/vision"
	"github.com/dossier-id/dossier/internal/vision/mrz"
)

const passive = "issuing_authority.nfc_passive_authentication"

// Chip is what is kept of a chip file: whether it is authentic, and why not.
type Chip struct{ doubt error }

// LookAtChip reads a chip file and authenticates it against the authority of the specimens, as of today. A file that
// cannot be understood gives a view that says so.
func LookAtChip(file []byte, today time.Time) (*View, error) {
	trusted, err := chip.Specimens()
	if err != nil {
		return nil, fmt.Errorf("know whom to trust: %w", err)
	}
	read, err := chip.Read(file)
	if err != nil {
		return &View{Chip: &Chip{doubt: err}}, nil //nolint:nilerr // the view tells of it
	}
	v := &View{Chip: &Chip{doubt: read.Authenticate(trusted, today)}}
	if zone, err := mrz.Parse(read.Zone(), today); err == nil {
		said := mrzFacts(exactly(zone))
		v.zone = &said
	}
	return v, nil
}

// exactly is a zone in which no character is in doubt: nothing was guessed from pixels.
func exactly(z *mrz.Zone) *vision.MRZ {
	m := &vision.MRZ{Format: string(z.Format), Lines: z.Lines, Fields: map[string]string{}, Confidence: map[string]float64{}}
	for field, value := range z.Fields {
		m.Fields[string(field)], m.Confidence[string(field)] = value, 1
	}
	m.Confidence[string(mrz.Names)] = 1
	return m
}

// judgeChip does not judge whom it does not know: only data that is not what was signed is a finding.
func (f *Findings) judgeChip(v *View) {
	if v == nil {
		return
	}
	f.ByPath["issuing_authority.nfc_active_authentication"] = Finding{Result: report.NotRun}
	switch doubt := v.Chip.doubt; {
	case doubt == nil:
		f.clear(passive, "the groups of data are those that the sandbox's issuer of specimens signed")
	case errors.Is(doubt, chip.ErrAltered):
		f.consider(passive, "the data of the chip is not what was signed")
	case errors.Is(doubt, chip.ErrUntrusted):
		f.ByPath[passive] = Finding{Result: report.NotRun, How: "not trusted: the data is what was signed, by an issuer whom the sandbox does not know"}
	default:
		f.ByPath[passive] = Finding{Result: report.NotRun, How: "the file holds no security object that can be understood"}
	}
}

// withChip adds what the chip says to what was read in pictures. Alone it counts only if it is authentic.
func withChip(read []facts, v *View) []facts {
	if v == nil || v.zone == nil || v.Chip.doubt != nil && len(read) == 0 {
		return read
	}
	return append(read, *v.zone)
}
