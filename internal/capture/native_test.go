package capture

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

func nativeView(t idv.ProcessType, p idv.CaptureProfile) *service.CaptureView {
	return &service.CaptureView{
		Capture: &idv.Capture{SDK: idv.SDKNative, Profile: p},
		View:    &service.View{Process: &idv.Process{Type: t, Path: idv.PathSDK, Status: idv.StatusPending}},
	}
}

// TestNativeOptions: what a configuration says is passed on, what it does not say
// follows from the rest of it, and what is not its business is the server's.
func TestNativeOptions(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	p := &pages{}
	motion := &pages{Config: Config{Native: Native{Motion: true}}}
	for name, c := range map[string]struct {
		pages    *pages
		kind     idv.ProcessType
		profile  idv.CaptureProfile
		language string // of the order
		want     string
	}{
		"nothing said": {
			p, idv.TypeDocumentSelfie,
			idv.CaptureProfile{},
			"",
			`{"disableAnalytics":true,"language":"en_US","steps":[{"options":{},"type":"document"},{"options":{"requestedVariant":"standard"},"type":"face"}],"useMemoryHistory":true}`,
		},
		"a document alone has no face": {
			p, idv.TypeDocument,
			idv.CaptureProfile{OnfidoConfig: map[string]any{"steps": []any{"welcome", "face", "document", "complete"}, "disableAnalytics": false}},
			"",
			`{"disableAnalytics":false,"language":"en_US","steps":[{"options":{},"type":"welcome"},{"options":{},"type":"document"}],"useMemoryHistory":true}`,
		},
		"a film": {
			p, idv.TypeDocumentVideo,
			idv.CaptureProfile{OnfidoConfig: map[string]any{"steps": []any{map[string]any{"type": "face", "options": map[string]any{"showIntro": false}}}}},
			"",
			`{"disableAnalytics":true,"language":"en_US","steps":[{"options":{"requestedVariant":"video","showIntro":false},"type":"face"},{"options":{},"type":"document"}],"useMemoryHistory":true}`,
		},
		"a motion capture": {
			motion, idv.TypeDocumentVideo,
			idv.CaptureProfile{},
			"",
			`{"disableAnalytics":true,"language":"en_US","steps":[{"options":{},"type":"document"},{"options":{"requestedVariant":"motion"},"type":"face"}],"useMemoryHistory":true}`,
		},
		"the rest of the configuration": {p, idv.TypeDocument, idv.CaptureProfile{
			PrimaryColor: "#101010", ButtonsTextColor: "#ffffff", EnableMobileHandover: &no, DocumentTypes: []string{"passport", "driversLicense", "visa"},
			DocumentCountries: map[string]any{"driversLicense": []any{"NLD"}},
		}, "", `{"customUI":{"colorBackgroundButtonPrimary":"#101010","colorBorderButtonPrimary":"#101010","colorContentButtonPrimaryText":"#ffffff","colorContentTitle":"#101010"},` +
			`"disableAnalytics":true,"language":"en_US","steps":[{"options":{"disableCrossDevice":true,"documentTypes":{"driving_licence":{"country":"NLD"},"passport":true}},"type":"document"}],"useMemoryHistory":true}`},
		"the customer's own look": {
			p, idv.TypeDocument,
			idv.CaptureProfile{PrimaryColor: "#101010", ForceMobileHandover: &yes, OnfidoConfig: map[string]any{"theme": map[string]any{"name": "dark"}}},
			"",
			`{"disableAnalytics":true,"language":"en_US","steps":[{"options":{"forceCrossDevice":true},"type":"document"}],"theme":{"name":"dark"},"useMemoryHistory":true}`,
		},
		"the customer's own language": {
			p, idv.TypeDocument,
			idv.CaptureProfile{OnfidoConfig: map[string]any{"language": "pt_BR"}},
			"",
			`{"disableAnalytics":true,"language":"pt_BR","steps":[{"options":{},"type":"document"}],"useMemoryHistory":true}`,
		},
		"the order's language": {
			p, idv.TypeDocument,
			idv.CaptureProfile{OnfidoConfig: map[string]any{"language": map[string]any{"locale": "pt_BR", "phrases": map[string]any{"a": "b"}}}},
			"en",
			`{"disableAnalytics":true,"language":{"locale":"en_US","phrases":{"a":"b"}},"steps":[{"options":{},"type":"document"}],"useMemoryHistory":true}`,
		},
	} {
		v := nativeView(c.kind, c.profile)
		v.Language = c.language
		got, err := json.Marshal(c.pages.nativeOptions(v, "en"))
		if err != nil || string(got) != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

// TestNativePolicy: Onfido's own hosts are opened where the SDK comes from there,
// and nothing but its copy's host elsewhere.
func TestNativePolicy(t *testing.T) {
	t.Parallel()
	v := nativeView(idv.TypeDocument, idv.CaptureProfile{OnfidoConfig: map[string]any{"enterpriseFeatures": map[string]any{"logoCobrand": map[string]any{"lightLogoSrc": "https://logo.example/l.png"}}}})
	v.RequestDomain = "shop.example"
	onfidos := (&pages{Config: Config{Native: Native{SDK: "https://sdk.onfido.com/v14/Onfido.js", API: "https://api.eu.onfido.com"}}}).nativePolicy(v)
	copied := (&pages{Config: Config{Native: Native{SDK: "https://cdn.example/sdk/o.js", Style: "https://cdn.example/sdk/o.css", API: "http://127.0.0.1:9/v3.6"}}}).nativePolicy(v)
	for policy, wants := range map[string][]string{
		onfidos: {"script-src 'self' https://*.onfido.com", "wss://*.onfido.com", "connect-src 'self' blob: https://api.eu.onfido.com"},
		copied: {
			"script-src 'self' https://cdn.example 'wasm-unsafe-eval';", "connect-src 'self' blob: http://127.0.0.1:9;", "style-src 'self' 'unsafe-inline' https://cdn.example;",
			"https://logo.example;", "frame-ancestors shop.example", "default-src 'none'",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(policy+";", want) {
				t.Errorf("the policy lacks %q: %s", want, policy)
			}
		}
		if script, _, _ := strings.Cut(policy[strings.Index(policy, "script-src"):], ";"); strings.Contains(script, "unsafe-inline") {
			t.Errorf("inline scripts may run: %s", script)
		}
	}
	if strings.Contains(copied, "onfido") || strings.Contains(copied, "unsafe-eval'") && !strings.Contains(copied, "'wasm-unsafe-eval'") {
		t.Errorf("a copy of the SDK opens more than its host: %s", copied)
	}
}

// TestNativeComesAfterTheQuestions: the SDK is the last step and not one of ours.
func TestNativeComesAfterTheQuestions(t *testing.T) {
	t.Parallel()
	no := false
	v := nativeView(idv.TypeDocumentSelfie, idv.CaptureProfile{ShowPrerequisitesScreen: &no})
	if nativeNext(v) {
		t.Error("nobody was asked where they live")
	}
	v.Location = idv.Location{Country: "USA"}
	if nativeNext(v) {
		t.Error("a US resident was not asked for consent")
	}
	yes := true
	v.PrivacyConsent = &yes
	if steps := stepsOf(v); !nativeNext(v) || steps[len(steps)-1].Name != stepNative {
		t.Errorf("steps %v", steps)
	}
	v.Status = idv.StatusProcessing
	if nativeNext(v) {
		t.Error("the SDK is asked for images of a process that has begun")
	}
}
