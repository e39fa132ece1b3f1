package idv_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

// noTexts is a catalogue without texts.
type noTexts struct{}

func (noTexts) Languages() []string { return []string{"en"} }
func (noTexts) Known(string) bool   { return false }

// TestOnfidoConfig: what is passed on to the SDK, and what is not.
func TestOnfidoConfig(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	deep := any("x")
	for range 10 {
		deep = object{"deeper": deep}
	}
	for name, c := range map[string]struct {
		config object
		fault  string // the field, empty when it is taken
	}{
		"nothing": {nil, ""},
		"much": {object{
			"steps":    []any{"welcome", object{"type": "document", "options": object{"hideCountrySelection": true}}, object{"type": "face"}, "complete"},
			"language": object{"locale": "de", "phrases": object{"welcome": object{"title": "Hallo"}}}, "disableAnalytics": false,
			"customUI": object{"colorBackgroundButtonPrimary": "#123456", "fontFamilyTitle": "Open Sans"}, "crossDevicePolicy": "disable",
			"enterpriseFeatures": object{"hideOnfidoLogo": true, "cobrand": object{"text": "Example"}}, "smsNumberCountryCode": "NL",
		}, ""},
		"a plain language":         {object{"language": "pt_BR"}, ""},
		"a token":                  {object{"token": "x"}, "onfidoConfig.token"},
		"the address of a script":  {object{"sdkUrl": "https://evil.example/x.js"}, "onfidoConfig.sdkUrl"},
		"a place in the page":      {object{"containerId": "x"}, "onfidoConfig.containerId"},
		"a workflow":               {object{"workflowRunId": "x"}, "onfidoConfig.workflowRunId"},
		"a modal":                  {object{"useModal": true}, "onfidoConfig.useModal"},
		"a program":                {object{"onComplete": "alert(1)"}, "onfidoConfig.onComplete"},
		"a program in an option":   {object{"enterpriseFeatures": object{"onSubmitDocument": "x"}}, "onfidoConfig.enterpriseFeatures"},
		"an option that is not":    {object{"colour": "red"}, "onfidoConfig"},
		"another kind":             {object{"disableAnalytics": "yes"}, "onfidoConfig.disableAnalytics"},
		"a number":                 {object{"smsNumberCountryCode": 31.0}, "onfidoConfig.smsNumberCountryCode"},
		"an address that is code":  {object{"crossDeviceClientIntroProductLogoSrc": " JavaScript:alert(1)"}, "onfidoConfig.crossDeviceClientIntroProductLogoSrc"},
		"an address without TLS":   {object{"enterpriseFeatures": object{"logoCobrand": object{"lightLogoSrc": "http://a.example/l.png"}}}, "onfidoConfig.enterpriseFeatures"},
		"too deep":                 {object{"theme": deep}, "onfidoConfig.theme"},
		"too long":                 {object{"translations": object{"en": strings.Repeat("x", 65_000)}}, "onfidoConfig.translations"},
		"a step that is not":       {object{"steps": []any{"poa"}}, "onfidoConfig.steps"},
		"a step twice":             {object{"steps": []any{"document", object{"type": "document"}}}, "onfidoConfig.steps"},
		"no step":                  {object{"steps": []any{7.0}}, "onfidoConfig.steps"},
		"another face":             {object{"steps": []any{object{"type": "face", "options": object{"requestedVariant": "motion"}}}}, "onfidoConfig.steps"},
		"another policy":           {object{"crossDevicePolicy": "perhaps"}, "onfidoConfig.crossDevicePolicy"},
		"two faults, both told of": {object{"token": "x", "sdkUrl": "y"}, "onfidoConfig.sdkUrl"},
	} {
		p := idv.CaptureProfile{OnfidoConfig: c.config}
		err := p.Validate(noTexts{})
		if c.fault == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		refused, ok := errors.AsType[*idv.Error](err)
		if !ok || !slices.ContainsFunc(refused.Params, func(p idv.InvalidParam) bool { return p.Name == c.fault && p.Reason != "" }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFilmType(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"\x00\x00\x00\x20ftypisom": idv.MediaMP4, "\x00\x00\x00\x14ftypqt  ": idv.MediaQuickTime, "\x1a\x45\xdf\xa3": idv.MediaWebM,
		"\x00\x00\x00\x20ftyp": "", "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01": "", "": "",
	} {
		if got := idv.FilmType([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}
