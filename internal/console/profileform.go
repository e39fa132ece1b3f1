package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

// profileForm is the form of a capture configuration: what was written in it, by
// the names of the fields of the API. A switch that is as by default, and a list
// that holds all, is absent in the profile.
type profileForm struct {
	url.Values
	Languages []string
}

// structured are the fields that the form takes as JSON, because they are lists
// and objects of their own.
type structured struct {
	DocumentCountries         map[string]any               `json:"documentCountries,omitempty"`
	Translations              map[string]map[string]string `json:"translations,omitempty"`
	PrerequisitesScreenItems  []idv.CaptureItem            `json:"prerequisitesScreenItems,omitempty"`
	DocumentInstructionsItems []idv.CaptureItem            `json:"documentInstructionsScreenItems,omitempty"`
	OnfidoConfig              map[string]any               `json:"onfidoConfig,omitempty"`
}

// jsonField is the field of the form that holds them.
const jsonField = "json"

// textField is a field that takes a line of text.
type textField struct {
	Name string
	at   func(*idv.CaptureProfile) *string
}

func textFields() []textField {
	return []textField{
		{"pageTitle", func(p *idv.CaptureProfile) *string { return &p.PageTitle }},
		{"favicon", func(p *idv.CaptureProfile) *string { return &p.Favicon }},
		{"fontName", func(p *idv.CaptureProfile) *string { return &p.FontName }},
		{"fontUrl", func(p *idv.CaptureProfile) *string { return &p.FontURL }},
		{"primaryColor", func(p *idv.CaptureProfile) *string { return &p.PrimaryColor }},
		{"fontColor", func(p *idv.CaptureProfile) *string { return &p.FontColor }},
		{"buttonsColor", func(p *idv.CaptureProfile) *string { return &p.ButtonsColor }},
		{"buttonsHoverColor", func(p *idv.CaptureProfile) *string { return &p.ButtonsHoverColor }},
		{"buttonsTextColor", func(p *idv.CaptureProfile) *string { return &p.ButtonsTextColor }},
		{"spinnerColor", func(p *idv.CaptureProfile) *string { return &p.SpinnerColor }},
		{"customCss", func(p *idv.CaptureProfile) *string { return &p.CustomCSS }},
		{"defaultCountry", func(p *idv.CaptureProfile) *string { return &p.DefaultCountry }},
		{"defaultDocumentCountry", func(p *idv.CaptureProfile) *string { return &p.DefaultDocumentCountry }},
		{"defaultLanguage", func(p *idv.CaptureProfile) *string { return &p.DefaultLanguage }},
	}
}

// switchField is a field that is on or off.
type switchField struct {
	Name    string
	Default bool
	at      func(*idv.CaptureProfile) **bool
}

func switchFields() []switchField {
	return []switchField{
		{"showPrerequisitesScreen", true, func(p *idv.CaptureProfile) **bool { return &p.ShowPrerequisitesScreen }},
		{"showConsentPage", false, func(p *idv.CaptureProfile) **bool { return &p.ShowConsentPage }},
		{"showCountryBeforeDocumentType", true, func(p *idv.CaptureProfile) **bool { return &p.ShowCountryBeforeDocumentType }},
		{"showDocumentInstructionsScreen", false, func(p *idv.CaptureProfile) **bool { return &p.ShowDocumentInstructionsScreen }},
		{"showModalBeforeRedirect", false, func(p *idv.CaptureProfile) **bool { return &p.ShowModalBeforeRedirect }},
		{"enableOrientationConfirmation", false, func(p *idv.CaptureProfile) **bool { return &p.EnableOrientationConfirmation }},
		{"autoCapture", false, func(p *idv.CaptureProfile) **bool { return &p.AutoCapture }},
		{"useNativeCamera", false, func(p *idv.CaptureProfile) **bool { return &p.UseNativeCamera }},
		{"enableMobileHandover", true, func(p *idv.CaptureProfile) **bool { return &p.EnableMobileHandover }},
		{"forceMobileHandover", false, func(p *idv.CaptureProfile) **bool { return &p.ForceMobileHandover }},
	}
}

// listField is a field that takes some of several words.
type listField struct {
	Name string
	All  []string
	// Empty says that a list without words is one too, and not the same as none.
	Empty bool
	at    func(*idv.CaptureProfile) *[]string
}

func (f profileForm) listFields() []listField {
	devices := []string{idv.OnMobile, idv.OnDesktop}
	var documents []string
	for _, d := range idv.DocumentTypes() {
		documents = append(documents, string(d))
	}
	return []listField{
		{"documentTypes", documents, false, func(p *idv.CaptureProfile) *[]string { return &p.DocumentTypes }},
		{"languages", f.Languages, false, func(p *idv.CaptureProfile) *[]string { return &p.Languages }},
		{"allowTakePhoto", devices, true, func(p *idv.CaptureProfile) *[]string { return &p.AllowTakePhoto }},
		{"allowFileUpload", devices, true, func(p *idv.CaptureProfile) *[]string { return &p.AllowFileUpload }},
		{"allowZoomOnPreview", devices, true, func(p *idv.CaptureProfile) *[]string { return &p.AllowZoomOnPreview }},
		{"detectGlare", []string{idv.WayUpload, idv.WayPhoto}, true, func(p *idv.CaptureProfile) *[]string { return &p.DetectGlare }},
	}
}

// numberField is a field that takes a number.
type numberField struct {
	Name string
	at   func(*idv.CaptureProfile) **int
}

func numberFields() []numberField {
	return []numberField{
		{"maxRetries", func(p *idv.CaptureProfile) **int { return &p.MaxRetries }},
		{"mobileHandoverTimeout", func(p *idv.CaptureProfile) **int { return &p.MobileHandoverTimeout }},
	}
}

// names lists the fields that say their own faults.
func (f profileForm) names() (names []string) {
	for _, t := range textFields() {
		names = append(names, t.Name)
	}
	for _, s := range switchFields() {
		names = append(names, s.Name)
	}
	for _, l := range f.listFields() {
		names = append(names, l.Name)
	}
	for _, n := range numberFields() {
		names = append(names, n.Name)
	}
	return append(names, jsonField)
}

// Value gives what is written in a field, Has whether a word is chosen.
func (f profileForm) Value(name string) string { return f.Get(name) }

// Has says whether a word is chosen in a field.
func (f profileForm) Has(name, word string) bool { return slices.Contains(f.Values[name], word) }

// Words gives the words of a field.
func (f profileForm) Words(name string) []string {
	fields := f.listFields()
	at := slices.IndexFunc(fields, func(l listField) bool { return l.Name == name })
	return fields[max(at, 0)].All
}

// formIn is a form as it was sent.
func (c *console) formIn(sent url.Values) profileForm { return profileForm{sent, c.Preview.Languages} }

// formOf is the form of a profile.
func (c *console) formOf(p *idv.CaptureProfile) profileForm {
	f := profileForm{url.Values{}, c.Preview.Languages}
	for _, t := range textFields() {
		f.Set(t.Name, *t.at(p))
	}
	for _, s := range switchFields() {
		if on := *s.at(p); on == nil && s.Default || on != nil && *on {
			f.Set(s.Name, "on")
		}
	}
	for _, l := range f.listFields() {
		f.Values[l.Name] = slices.Clone(*l.at(p))
		if chosen := *l.at(p); chosen == nil || len(chosen) == 0 && !l.Empty {
			f.Values[l.Name] = l.All
		}
	}
	for _, n := range numberFields() {
		if v := *n.at(p); v != nil {
			f.Set(n.Name, strconv.Itoa(*v))
		}
	}
	if text, err := json.MarshalIndent(structuredOf(p), "", "  "); err == nil && string(text) != "{}" {
		f.Set(jsonField, string(text))
	}
	return f
}

func structuredOf(p *idv.CaptureProfile) structured {
	return structured{p.DocumentCountries, p.Translations, p.PrerequisitesScreenItems, p.DocumentInstructionsItems, p.OnfidoConfig}
}

// profile reads the form. What it cannot read it refuses; what the profile means
// is for others to judge.
func (f profileForm) profile() (p idv.CaptureProfile, err error) {
	var faults []idv.InvalidParam
	for _, t := range textFields() {
		*t.at(&p) = strings.TrimSpace(strings.ReplaceAll(f.Get(t.Name), "\r\n", "\n"))
	}
	for _, s := range switchFields() {
		if on := f.Get(s.Name) == "on"; on != s.Default {
			*s.at(&p) = &on
		}
	}
	for _, l := range f.listFields() {
		if chosen := f.Values[l.Name]; !slices.Equal(chosen, l.All) {
			*l.at(&p) = slices.Clone(chosen)
			if l.Empty && chosen == nil {
				*l.at(&p) = []string{}
			}
		}
	}
	for _, n := range numberFields() {
		if text := strings.TrimSpace(f.Get(n.Name)); text != "" {
			v, err := strconv.Atoi(text)
			if err != nil {
				faults = append(faults, idv.InvalidParam{Name: n.Name, Reason: "must be a whole number"})
			}
			*n.at(&p) = &v
		}
	}
	if err := f.readJSON(&p); err != nil {
		faults = append(faults, idv.InvalidParam{Name: jsonField, Reason: err.Error()})
	}
	if len(faults) > 0 {
		return p, idv.Refuse(idv.CodeInvalid, "the configuration is not valid", faults...)
	}
	return p, nil
}

// readJSON reads the fields that are written as JSON.
func (f profileForm) readJSON(p *idv.CaptureProfile) error {
	text := strings.TrimSpace(f.Get(jsonField))
	if text == "" {
		return nil
	}
	var s structured
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return errors.New("must be a JSON object of documentCountries, translations, prerequisitesScreenItems, documentInstructionsScreenItems and onfidoConfig only: " +
			strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("must be one JSON object with nothing behind it")
	}
	p.DocumentCountries, p.Translations, p.OnfidoConfig = s.DocumentCountries, s.Translations, s.OnfidoConfig
	p.PrerequisitesScreenItems, p.DocumentInstructionsItems = s.PrerequisitesScreenItems, s.DocumentInstructionsItems
	return nil
}
