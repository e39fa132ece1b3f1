package idv

import (
	"slices"
	"strings"
)

// The bounds of onfidoConfig: bytes of text in it, and how deep it may be.
const (
	maxOnfidoText  = 64_000
	maxOnfidoDepth = 8
)

// onfidoOption says what kind of value an option of Onfido's Web SDK has, or why
// it cannot be set here (Onfido Web SDK page section 8.2).
type onfidoOption struct {
	kind    string
	refused string
}

// Why an option cannot be set.
const (
	setByServer  = "cannot be set: the server sets it"
	setByPage    = "cannot be set: the page has no place for it, the SDK fills it"
	notForJSON   = "cannot be set: it would be a program of yours in our page"
	notOfProcess = "cannot be set: it is of no process that can be verified here"
)

func onfidoOptions() map[string]onfidoOption {
	all := map[string]onfidoOption{}
	for kind, names := range map[string]string{
		"list":           "steps _crossDeviceLinkMethods",
		"object":         "customUI theme translations userDetails enterpriseFeatures",
		"text":           "smsNumberCountryCode crossDeviceClientIntroProductName crossDeviceClientIntroProductLogoSrc crossDevicePolicy",
		"boolean":        "disableAnalytics disableAnalyticsCookies disableWelcomeScreen disableCompleteScreen showExitButton",
		"text or object": "language",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = onfidoOption{kind: kind}
		}
	}
	for reason, names := range map[string]string{
		setByServer:  "token workflowRunId sdkUrl version region containerId containerEl useMemoryHistory mobileFlow roomId isWebView overrideSdkConfiguration",
		setByPage:    "useModal isModalOpen shouldCloseOnOverlayClick autoFocusOnInitialScreenTitle",
		notForJSON:   "onComplete onError onUserExit onModalRequestClose onExternalLink onBiometricTokenGenerated onBiometricTokenRequested",
		notOfProcess: "biometricToken",
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = onfidoOption{refused: reason}
		}
	}
	return all
}

// checkOnfido lets through what the page passes on to Onfido's SDK: no address
// of a script, no token and no place in the page.
func (p *CaptureProfile) checkOnfido(c *checker) {
	options, left := onfidoOptions(), maxOnfidoText
	for name, value := range p.OnfidoConfig {
		at := "onfidoConfig." + name
		option, known := options[name]
		switch {
		case !known:
			c.that(false, "onfidoConfig", "holds an option that Onfido's Web SDK does not have or that is not known here")
			continue
		case option.refused != "":
			c.that(false, at, option.refused)
			continue
		}
		c.that(isKind(value, option.kind), at, "must be a "+option.kind)
		c.that(plainOption(value, maxOnfidoDepth, &left), at, "is too deep or too long, or holds an address that is not https")
	}
	p.checkOnfidoSteps(c)
	p.checkOnfidoWords(c)
}

func isKind(v any, kind string) bool {
	switch v.(type) {
	case string:
		return strings.HasPrefix(kind, "text")
	case map[string]any:
		return strings.HasSuffix(kind, "object")
	case []any:
		return kind == "list"
	case bool:
		return kind == "boolean"
	default:
		return false
	}
}

// plainOption says whether a value holds no more than it may: left is how much
// text still may come.
func plainOption(v any, depth int, left *int) bool {
	if depth == 0 {
		return false
	}
	switch v := v.(type) {
	case string:
		*left -= len(v)
		return *left >= 0 && plainAddress(v)
	case map[string]any:
		for name, e := range v {
			*left -= len(name)
			if !plainOption(e, depth-1, left) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !plainOption(e, depth-1, left) })
	}
	return *left >= 0
}

// plainAddress takes any text but an address with another scheme than https.
func plainAddress(s string) bool {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, scheme := range []string{"javascript:", "data:", "http:", "blob:", "file:", "vbscript:", "//"} {
		if strings.HasPrefix(low, scheme) {
			return false
		}
	}
	return true
}

// The steps of Onfido's Web SDK that a page of ours can have.
const (
	OnfidoStepWelcome  = "welcome"
	OnfidoStepDocument = "document"
	OnfidoStepFace     = "face"
	OnfidoStepComplete = "complete"
)

// OnfidoStep gives the name and the options of an entry of onfidoConfig.steps,
// which is a name or {"type": name, "options": {…}}.
func OnfidoStep(entry any) (name string, options map[string]any, ok bool) {
	switch e := entry.(type) {
	case string:
		return e, nil, true
	case map[string]any:
		name, isText := e["type"].(string)
		options, isObject := e["options"].(map[string]any)
		return name, options, isText && (isObject || e["options"] == nil)
	default:
		return "", nil, false
	}
}

func (p *CaptureProfile) checkOnfidoSteps(c *checker) {
	const at = "onfidoConfig.steps"
	steps, _ := p.OnfidoConfig["steps"].([]any)
	var names []string
	for _, entry := range steps {
		name, options, ok := OnfidoStep(entry)
		c.that(ok, at, `holds an entry that is neither a name nor {"type", "options"}`)
		c.that(!ok || slices.Contains([]string{OnfidoStepWelcome, OnfidoStepDocument, OnfidoStepFace, OnfidoStepComplete}, name),
			at, "holds a step of no process that can be verified here: welcome, document, face and complete can")
		c.that(!slices.Contains(names, name), at, "holds a step twice")
		c.that(options["requestedVariant"] == nil || name != OnfidoStepFace, at, "must not name the variant of the face: processType decides it")
		names = append(names, name)
	}
}

func (p *CaptureProfile) checkOnfidoWords(c *checker) {
	if word, given := p.OnfidoConfig["crossDevicePolicy"]; given {
		c.that(word == "enable" || word == "force" || word == "disable", "onfidoConfig.crossDevicePolicy", "must be enable, force or disable")
	}
	features, _ := p.OnfidoConfig["enterpriseFeatures"].(map[string]any)
	for name := range features {
		c.that(slices.Contains([]string{"hideOnfidoLogo", "cobrand", "logoCobrand"}, name), "onfidoConfig.enterpriseFeatures",
			"may hold hideOnfidoLogo, cobrand and logoCobrand: the others would be programs of yours in our page")
	}
}
