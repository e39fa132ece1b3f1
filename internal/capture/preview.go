package capture

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/site"
)

// Preview shows the pages as a configuration makes them, with no flow behind them:
// what the modules would ask the server for is in the page itself, nothing that
// is done there is sent, and nothing is stored. It is safe for concurrent use.
type Preview struct {
	texts  *Texts
	forms  func() ([]idv.DocumentForm, error)
	assets *site.Assets
}

// NewPreview makes previews with these texts and the documents that the provider
// takes.
func NewPreview(texts *Texts, forms func() ([]idv.DocumentForm, error)) (*Preview, error) {
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	return &Preview{texts, forms, files}, nil
}

// Previewed is what is shown of a configuration.
type Previewed struct {
	Profile idv.CaptureProfile
	// Screen is one of PreviewScreens; another shows the first.
	Screen string
	// Language is what the browser likes, as in Accept-Language.
	Language string
	// Script is the address of the script that answers in the server's place, and Base
	// what the addresses of a flow begin with there.
	Script, Base string
}

// previewEnd is the last screen of a preview.
const previewEnd = "end"

// PreviewScreens lists the screens that a preview can begin with, in their order.
func PreviewScreens() []string {
	return []string{stepPrepare, stepResidence, stepConsent, stepDocument, string(idv.Front), string(idv.Selfie), previewEnd}
}

// previewData is what the server would have said.
type previewData struct {
	State      state                         `json:"state"`
	Texts      map[string]map[string]string  `json:"texts"`
	Directions map[string]string             `json:"directions"`
	Documents  map[string][]idv.DocumentType `json:"documents"`
	Countries  map[string]string             `json:"countries"`
	Theme      string                        `json:"theme"`
}

// Page gives the page and the Content-Security-Policy that it needs. Only a page
// of this server may frame it. The profile must be valid.
func (p *Preview) Page(s Previewed) (page, policyOf string, err error) {
	v := &service.CaptureView{Capture: &idv.Capture{Profile: s.Profile}}
	language := p.texts.choose(v.Capture, s.Language)
	data, err := p.data(s, v.Capture, language)
	if err != nil {
		return "", "", err
	}
	texts := data.Texts[language]
	title := s.Profile.PageTitle
	if title == "" {
		title = texts["title"]
	}
	var out strings.Builder
	err = shell.Execute(&out, shellData{
		Language: language, Direction: direction(language), Title: title, Texts: texts,
		Style: p.assets.At("style.css"), Script: p.assets.At("app.js"), Base: s.Base, Before: s.Script, Preview: data,
	})
	if err != nil {
		return "", "", fmt.Errorf("fill the preview: %w", err)
	}
	return out.String(), strings.Replace(policy(v), "frame-ancestors 'none'", "frame-ancestors 'self'", 1), nil
}

func (p *Preview) data(s Previewed, c *idv.Capture, language string) (*previewData, error) {
	forms, err := p.forms()
	if err != nil {
		return nil, err
	}
	countries, err := regions()
	if err != nil {
		return nil, err
	}
	d := &previewData{
		State: previewState(s, p.texts.offered(c), language), Texts: map[string]map[string]string{}, Directions: map[string]string{},
		Documents: map[string][]idv.DocumentType{}, Countries: countries, Theme: themeOf(&s.Profile),
	}
	for _, l := range p.texts.offered(c) {
		d.Texts[l], d.Directions[l] = p.texts.of(l, s.Profile.Translations), direction(l)
	}
	for _, f := range forms {
		if s.Profile.Offers(f.Type, f.Country) {
			d.Documents[f.Country] = append(d.Documents[f.Country], f.Type)
		}
	}
	return d, nil
}

// previewState is that of a verification with a selfie that has come to a screen.
func previewState(s Previewed, languages []string, language string) state {
	st := state{
		Status: idv.StatusPending, ProcessType: idv.TypeDocumentSelfie, Languages: languages, Language: language, Direction: direction(language),
		Redirect: "#", Link: "https://example.test/", ExpiresAt: time.Unix(0, 0).UTC().Format(time.RFC3339),
		DocumentCountry: s.Profile.DefaultDocumentCountry, Country: s.Profile.DefaultCountry, Profile: screensOf(&s.Profile),
	}
	at := max(slices.Index(PreviewScreens(), s.Screen), 0)
	for i, name := range PreviewScreens() {
		left := name == stepPrepare && isFalse(s.Profile.ShowPrerequisitesScreen) || name == stepConsent && !isTrue(s.Profile.ShowConsentPage) || name == previewEnd
		if !left || i == at && name == stepConsent {
			st.Steps = append(st.Steps, step{name, i < at})
		}
	}
	if PreviewScreens()[at] == previewEnd {
		st.Status = idv.StatusProcessing
	}
	return st
}

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }
