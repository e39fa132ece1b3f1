package idv_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func ordered() *idv.Process {
	return &idv.Process{
		Provider: idv.ProviderOnfido, Type: idv.TypeDocumentSelfie, DocumentType: idv.Passport, Path: idv.PathUpload,
		Status: idv.StatusPending, Location: idv.Location{Country: "NLD"},
	}
}

func images(depictions ...idv.Depiction) (all []idv.Image) {
	for _, d := range depictions {
		all = append(all, idv.Image{Depiction: d})
	}
	return all
}

// TestReady walks the table of Assure contract section 5, in its order.
func TestReady(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for name, c := range map[string]struct {
		change func(*idv.Process)
		images []idv.Image
		want   idv.Code
	}{
		"all is there":                    {func(*idv.Process) {}, images(idv.Front, idv.Selfie), ""},
		"started already":                 {func(p *idv.Process) { p.Status = idv.StatusProcessing }, images(idv.Front, idv.Selfie), idv.CodeInvalidState},
		"ended":                           {func(p *idv.Process) { p.Status = idv.StatusAccepted }, images(idv.Front, idv.Selfie), idv.CodeInvalidState},
		"nowhere":                         {func(p *idv.Process) { p.Location = idv.Location{} }, nil, idv.CodeLocationRequired},
		"nowhere on the SDK path":         {func(p *idv.Process) { p.Location, p.Path = idv.Location{}, idv.PathSDK }, nil, idv.CodeLocationRequired},
		"by address":                      {func(p *idv.Process) { p.Location = idv.Location{IPAddress: "8.8.8.8"} }, images(idv.Front, idv.Selfie), ""},
		"USA":                             {func(p *idv.Process) { p.Location.Country = "USA" }, images(idv.Front, idv.Selfie), idv.CodeConsentRequired},
		"USA, refused":                    {func(p *idv.Process) { p.Location.Country, p.PrivacyConsent = "USA", &no }, images(idv.Front, idv.Selfie), idv.CodeConsentRequired},
		"USA, consented":                  {func(p *idv.Process) { p.Location.Country, p.PrivacyConsent = "USA", &yes }, images(idv.Front, idv.Selfie), ""},
		"USA, no face":                    {func(p *idv.Process) { p.Location.Country, p.Type = "USA", idv.TypeDocument }, images(idv.Front), ""},
		"no document type":                {func(p *idv.Process) { p.DocumentType = "" }, images(idv.Front, idv.Selfie), idv.CodeDocumentTypeRequired},
		"no document type, from the app":  {func(p *idv.Process) { p.DocumentType, p.Path = "", idv.PathSDK }, nil, ""},
		"no selfie":                       {func(*idv.Process) {}, images(idv.Front), idv.CodeImagesMissing},
		"no front":                        {func(*idv.Process) {}, images(idv.Selfie), idv.CodeImagesMissing},
		"no back of two sides":            {func(p *idv.Process) { p.DocumentType = idv.IdentityCard }, images(idv.Front, idv.Selfie), idv.CodeImagesMissing},
		"both sides":                      {func(p *idv.Process) { p.DocumentType = idv.IdentityCard }, images(idv.Front, idv.Back, idv.Selfie), ""},
		"a visa has one side":             {func(p *idv.Process) { p.DocumentType, p.Type = idv.Visa, idv.TypeDocument }, images(idv.Front), ""},
		"a video has to be captured":      {func(p *idv.Process) { p.Type = idv.TypeDocumentVideo }, images(idv.Front), idv.CodeCaptureRequired},
		"a video that an app has brought": {func(p *idv.Process) { p.Type, p.Path = idv.TypeDocumentVideo, idv.PathSDK }, nil, ""},
	} {
		p := ordered()
		c.change(p)
		if got := idv.CodeOf(p.Ready(c.images)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestReadyNamesEveryMissingImage(t *testing.T) {
	t.Parallel()
	p := ordered()
	p.DocumentType = idv.ResidencePermit
	var refused *idv.Error
	if !errors.As(p.Ready(nil), &refused) {
		t.Fatal("a process without images may start")
	}
	var names []string
	for _, param := range refused.Params {
		names = append(names, param.Name)
	}
	if !slices.Equal(names, []string{"front", "back", "selfie"}) {
		t.Errorf("missing %v", names)
	}
}

func TestStatusesMoveWithTheirEvents(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	p := ordered()
	p.ID, p.TenantID, p.DossierID, p.CreatedAt = "p", "t", "d", noon
	if e := p.Created(); e.Name != idv.EventProcessCreated || e.Status != idv.StatusPending || e.ProcessID != "p" || e.TenantID != "t" || !e.At.Equal(noon) {
		t.Errorf("created: %+v", e)
	}
	if e := p.Begin(noon.Add(1), noon.Add(time.Hour)); e.Name != idv.EventProcessProcessing || p.Status != idv.StatusProcessing || !p.Deadline.Equal(noon.Add(time.Hour)) {
		t.Errorf("begun: %+v", e)
	}
	if e := p.Conclude(&idv.Verdict{Status: idv.StatusRejected}, noon.Add(2)); e.Name != idv.EventProcessComplete || e.Status != idv.StatusRejected || !p.UpdatedAt.Equal(noon.Add(2)) {
		t.Errorf("concluded: %+v", e)
	}
	q := ordered()
	if e := q.Fail(&idv.Failure{Type: idv.FailUpload}, noon); e.Name != idv.EventProcessComplete || !q.Status.Final() {
		t.Errorf("failed: %+v", e)
	}
	for s, final := range map[idv.Status]bool{
		idv.StatusPending: false, idv.StatusProcessing: false, idv.StatusAccepted: true, idv.StatusRejected: true,
		idv.StatusInconclusive: true, idv.StatusCanceled: true, idv.StatusFailed: true,
	} {
		if s.Final() != final {
			t.Errorf("%s final: %v", s, s.Final())
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"NLD": true, "ABW": true, "ZWE": true, "XKX": true, "nld": false, "NL": false, "": false, "D<<": false, "UTO": false} {
		if got := idv.IsCountry(code); got != want {
			t.Errorf("%q: %v", code, got)
		}
	}
	names := map[string]bool{}
	for i, c := range idv.Countries() {
		if len(c.Code) != 3 || c.Name == "" || names[c.Name] || i > 0 && idv.Countries()[i-1].Code >= c.Code {
			t.Errorf("the country %d is %+v", i, c)
		}
		names[c.Name] = true
	}
	for code, want := range map[string]string{"ALA": "Åland Islands", "XKX": "Kosovo", "UTO": "UTO"} {
		if got := idv.CountryName(code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
}

func TestDocumentCountry(t *testing.T) {
	t.Parallel()
	p := idv.Process{IssuingCountry: "NLD"}
	if got := p.DocumentCountry(); got != "NLD" {
		t.Errorf("before a verdict: %q, want what the end-user chose", got)
	}
	if p.Verdict = (&idv.Verdict{}); p.DocumentCountry() != "NLD" {
		t.Errorf("read was none: %q, want what the end-user chose", p.DocumentCountry())
	}
	if p.Verdict.IssuingCountry = "ALB"; p.DocumentCountry() != "ALB" {
		t.Errorf("read was ALB: %q", p.DocumentCountry())
	}
}

func TestCheckImage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		media         string
		size          int64
		width, height int
		want          idv.Code
	}{
		"smallest":        {idv.MediaPNG, 2048, 64, 64, ""},
		"largest":         {idv.MediaJPEG, 10_000_000, 10_000, 5_000, ""},
		"a byte too few":  {idv.MediaPNG, 2047, 64, 64, idv.CodeInvalid},
		"a byte too many": {idv.MediaPNG, 10_000_001, 64, 64, idv.CodeTooLarge},
		"too narrow":      {idv.MediaPNG, 4096, 63, 64, idv.CodeInvalid},
		"too wide":        {idv.MediaPNG, 4096, 10_001, 64, idv.CodeTooLarge},
		"too many pixels": {idv.MediaPNG, 4096, 10_000, 5_001, idv.CodeTooLarge},
		"a GIF":           {"image/gif", 4096, 64, 64, idv.CodeUnsupportedImage},
	} {
		if got := idv.CodeOf(idv.CheckImage(idv.Front, c.media, c.size, c.width, c.height)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
