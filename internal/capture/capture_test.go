package capture

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// TestCatalogues: every language has the same texts with the same places to
// fill, and no text that no page has.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	texts, err := LoadTexts()
	if err != nil {
		t.Fatal(err)
	}
	places := regexp.MustCompile(`\{\w+\}`)
	english := texts.of("en", nil)
	for _, l := range texts.Languages() {
		for name, text := range texts.of(l, nil) {
			if english[name] == "" {
				t.Errorf("%s has %s, which nobody asks for", l, name)
			}
			want, got := places.FindAllString(english[name], -1), places.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has the places %q instead of %q", l, name, got, want)
			}
		}
		for _, d := range idv.DocumentTypes() {
			if texts.of(l, nil)[string(d)] == "" {
				t.Errorf("%s has no name for %s", l, d)
			}
		}
	}
}

func TestTheLanguageOfAFlow(t *testing.T) {
	t.Parallel()
	texts, err := LoadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flow   idv.Capture
		accept string
		want   string
	}{
		{idv.Capture{}, "", "en"},
		{idv.Capture{}, "pt-BR,en;q=0.5", "pt"},
		{idv.Capture{}, "nb-NO", "no"},
		{idv.Capture{}, "ja,xx", "en"},
		{idv.Capture{Language: "ar"}, "de", "ar"},
		{idv.Capture{Profile: idv.CaptureProfile{DefaultLanguage: "fr"}}, "ja", "fr"},
		{idv.Capture{Profile: idv.CaptureProfile{Languages: []string{"nl", "de"}}}, "en,de;q=0.1", "de"},
		{idv.Capture{Profile: idv.CaptureProfile{Languages: []string{"nl", "de"}}}, "ja", "nl"},
		{idv.Capture{}, "\x00;;q=9", "en"},
	} {
		if got := texts.choose(&c.flow, c.accept); got != c.want {
			t.Errorf("%+v and %q: %s instead of %s", c.flow.Profile.Languages, c.accept, got, c.want)
		}
	}
}

// TestBudget: a page that is opened on a slow line asks for little (issue list of
// the Web SDK, bundle size): everything of ours together stays under 60 kB, before
// any compression.
func TestBudget(t *testing.T) {
	t.Parallel()
	total := 0
	for name, content := range served(t) {
		total += len(content)
		if strings.Contains(content, "\t") {
			t.Errorf("%s is not lean", name)
		}
	}
	if total >= 60_000 {
		t.Errorf("scripts and styles have %d bytes together", total)
	}
}

// served gives the scripts and styles as a browser gets them, by name.
func served(t *testing.T) map[string]string {
	t.Helper()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(a.Pattern(), a)
	files := map[string]string{}
	for _, name := range a.Names() {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, a.At(name), nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", name, w.Code)
		}
		files[name] = w.Body.String()
	}
	return files
}

// TestModulesParse: what is left of a module once its comments are taken out is
// one still. Node.js reads it; nothing is run.
func TestModulesParse(t *testing.T) {
	t.Parallel()
	modules := served(t)
	maps.DeleteFunc(modules, func(name, _ string) bool { return path.Ext(name) != ".js" })
	input, err := json.Marshal(modules)
	if err != nil || len(modules) == 0 {
		t.Fatalf("%d modules, %v", len(modules), err)
	}
	node := exec.CommandContext(t.Context(), "node", "--experimental-vm-modules", "--no-warnings", "--eval", `
		const modules = JSON.parse(require("fs").readFileSync(0, "utf8"))
		for (const name in modules) new (require("vm").SourceTextModule)(modules[name], {identifier: name})`)
	node.Stdin = bytes.NewReader(input)
	if said, err := node.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	plain := policy(&service.CaptureView{Capture: &idv.Capture{}})
	for _, never := range []string{"unsafe", "http", "*"} {
		if strings.Contains(plain, never) {
			t.Errorf("the policy has %s: %s", never, plain)
		}
	}
	if !strings.Contains(plain, "default-src 'none'") || !strings.Contains(plain, "frame-ancestors 'none'") {
		t.Error(plain)
	}
	own := policy(&service.CaptureView{Capture: &idv.Capture{RequestDomain: "shop.example", Profile: idv.CaptureProfile{
		Favicon: "https://cdn.example/i.png", FontURL: "https://fonts.example/a.woff2", FontName: "A",
	}}})
	for _, want := range []string{"frame-ancestors shop.example", "img-src 'self' blob: data: https://cdn.example;", "font-src 'self' https://fonts.example;"} {
		if !strings.Contains(own, want) {
			t.Errorf("%s lacks %s", own, want)
		}
	}
}

func TestTheme(t *testing.T) {
	t.Parallel()
	css := themeOf(&idv.CaptureProfile{
		FontName: "Brand Sans", FontURL: "https://fonts.example/a.woff2", ButtonsColor: "#7a1f5c", CustomCSS: ".card { border-radius: 0; }",
	})
	for _, want := range []string{
		`@font-face { font-family: "Brand Sans"; src: url("https://fonts.example/a.woff2") format("woff2")`, `--font: "Brand Sans"`,
		"--button: #7a1f5c;", "--button-hover: #7a1f5c;", "--primary: " + idv.DefaultPrimaryColor, ".card { border-radius: 0; }",
	} {
		if !strings.Contains(css, want) {
			t.Errorf("%s lacks %s", css, want)
		}
	}
}

// TestReturnURL: what the customer has in the address stays, and the three words of
// the contract come to it.
func TestReturnURL(t *testing.T) {
	t.Parallel()
	c := &idv.Capture{DossierID: "d", ProcessID: "p", RedirectURL: "https://shop.example/back?order=7&status=mine#top"}
	u, err := url.Parse(c.ReturnURL(idv.StatusProcessing))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"order": {"7"}, "dossierId": {"d"}, "processId": {"p"}, "status": {"processing"}}
	if !maps.EqualFunc(u.Query(), want, slices.Equal) || u.Fragment != "top" {
		t.Error(u)
	}
}

// TestStateHasNoSecrets: what a page is told holds nothing of the customer's but
// what the screens need.
func TestStateHasNoSecrets(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(screensOf(&idv.CaptureProfile{CustomCSS: "secret", OnfidoConfig: map[string]any{"a": "secret"}}))
	if err != nil || strings.Contains(string(text), "secret") {
		t.Errorf("%s, %v", text, err)
	}
}
