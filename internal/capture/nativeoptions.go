package capture

import (
	"cmp"
	"maps"
	"slices"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// nativeOptions are those of Onfido's SDK: what the customer's configuration
// says, what follows from the rest of it where it says nothing, and what only the
// server may say (Onfido Web SDK page section 8.2).
func (p *pages) nativeOptions(v *service.CaptureView, language string) map[string]any {
	options := map[string]any{"disableAnalytics": true}
	if look := customLook(&v.Profile); len(look) > 0 && v.Profile.OnfidoConfig["theme"] == nil {
		options["customUI"] = look
	}
	maps.Copy(options, v.Profile.OnfidoConfig)
	options["language"] = spoken(v, language)
	options["steps"] = p.nativeSteps(v)
	options["useMemoryHistory"] = true
	return options
}

// onfidoLanguage is the name that Onfido has for one of our languages.
func onfidoLanguage(l string) string {
	if l == "en" {
		return "en_US"
	}
	return l
}

// spoken is the language of the SDK: that of the page, unless the configuration
// names one and the order does not. Texts of the configuration stay.
func spoken(v *service.CaptureView, page string) any {
	own := v.Profile.OnfidoConfig["language"]
	texts, hasTexts := own.(map[string]any)
	locale, _ := own.(string)
	if hasTexts {
		locale, _ = texts["locale"].(string)
	}
	if v.Language != "" || locale == "" {
		locale = onfidoLanguage(page)
	}
	if !hasTexts {
		return locale
	}
	texts = maps.Clone(texts)
	texts["locale"] = locale
	return texts
}

// nativeSteps are the configuration's. What the process needs is among them in any
// case, and nothing that it does not need.
func (p *pages) nativeSteps(v *service.CaptureView) []any {
	configured, _ := v.Profile.OnfidoConfig["steps"].([]any)
	needed := []string{idv.OnfidoStepDocument}
	if v.Type.Biometric() {
		needed = append(needed, idv.OnfidoStepFace)
	}
	steps := []any{}
	for _, entry := range configured {
		name, options, _ := idv.OnfidoStep(entry)
		if name == idv.OnfidoStepFace && !v.Type.Biometric() || name == idv.OnfidoStepComplete {
			continue // what is complete the page says itself
		}
		steps = append(steps, p.nativeStep(v, name, options))
		needed = slices.DeleteFunc(needed, func(n string) bool { return n == name })
	}
	for _, name := range needed {
		steps = append(steps, p.nativeStep(v, name, nil))
	}
	return steps
}

func (p *pages) nativeStep(v *service.CaptureView, name string, own map[string]any) any {
	options := map[string]any{}
	switch name {
	case idv.OnfidoStepDocument:
		maps.Copy(options, documentOptions(v))
		maps.Copy(options, own)
	case idv.OnfidoStepFace:
		maps.Copy(options, own)
		options["requestedVariant"] = p.variant(v.Type)
	default:
		maps.Copy(options, own)
	}
	return map[string]any{"type": name, "options": options}
}

func (p *pages) variant(t idv.ProcessType) string {
	switch {
	case t == idv.TypeDocumentSelfie:
		return "standard"
	case p.Native.Motion:
		return "motion"
	default:
		return "video"
	}
}

// documentOptions say of the document step what the rest of a configuration says.
func documentOptions(v *service.CaptureView) map[string]any {
	options := map[string]any{}
	if types := onfidoTypes(v); len(types) > 0 {
		options["documentTypes"] = types
	}
	if v.Profile.ForceMobileHandover != nil && *v.Profile.ForceMobileHandover {
		options["forceCrossDevice"] = true
	}
	if !v.Profile.HandsOver() {
		options["disableCrossDevice"] = true
	}
	return options
}

// onfidoTypes are the document types that are offered, in Onfido's words and with
// a country where there is only one. It is empty where nothing is restricted or
// where the SDK has no word for what is offered.
func onfidoTypes(v *service.CaptureView) map[string]any {
	offered := v.Profile.DocumentTypes
	if v.OrderedType != "" {
		offered = []string{string(v.OrderedType)}
	}
	words := map[string]any{}
	for _, t := range offered {
		word := map[idv.DocumentType]string{
			idv.Passport: "passport", idv.DriversLicense: "driving_licence",
			idv.IdentityCard: "national_identity_card", idv.ResidencePermit: "residence_permit",
		}[idv.DocumentType(t)]
		if word == "" {
			continue
		}
		words[word] = true
		countries, _ := v.Profile.DocumentCountries[t].([]any)
		if len(countries) == 1 && word != "passport" {
			words[word] = map[string]any{"country": countries[0]}
		}
	}
	return words
}

// customLook gives the SDK the colours and the font of a configuration.
func customLook(c *idv.CaptureProfile) map[string]any {
	look := map[string]any{}
	for name, value := range map[string]string{
		"colorBackgroundButtonPrimary":      cmp.Or(c.ButtonsColor, c.PrimaryColor),
		"colorBorderButtonPrimary":          cmp.Or(c.ButtonsColor, c.PrimaryColor),
		"colorBackgroundButtonPrimaryHover": c.ButtonsHoverColor,
		"colorContentButtonPrimaryText":     c.ButtonsTextColor,
		"colorContentTitle":                 c.PrimaryColor,
		"colorContentBody":                  c.FontColor,
		"fontFamilyTitle":                   c.FontName,
		"fontFamilyBody":                    c.FontName,
	} {
		if value != "" {
			look[name] = value
		}
	}
	return look
}
