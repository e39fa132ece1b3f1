package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/ocrb"
	"github.com/dossier-id/dossier/internal/specimen"
)

// TestCaptureConfigurationIsSeen: each field changes what the end-user sees.
func TestCaptureConfigurationIsSeen(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	brand := brandServer(t)
	look := s.configuration(`{
		"pageTitle":"Bank of Nowhere","favicon":"data:image/png;base64,iVBORw0KGgo=","fontName":"Brand","fontUrl":"` + brand + `/brand.ttf","primaryColor":"#5a1846","fontColor":"#222233",
		"buttonsColor":"#7a1f5c","buttonsHoverColor":"#3a0f2d","buttonsTextColor":"#fffffe","spinnerColor":"#5a1847","customCss":".card { border-radius: 3px; }",
		"documentTypes":["passport","identityCard"],"documentCountries":{"passport":"univ","identityCard":["DEU"]},"defaultDocumentCountry":"DEU",
		"languages":["de","en"],"defaultLanguage":"de","translations":{"en":{"start":"Here we go"}},
		"prerequisitesScreenItems":[{"title":"A cup of tea","description":"Or two."}],
		"showConsentPage":true,"showCountryBeforeDocumentType":false,
		"showDocumentInstructionsScreen":true,"documentInstructionsScreenItems":[{"icon":"light","title":"Mind the light"},{"image":"` + brand + `/like-this.png","title":"Like this"}],
		"allowFileUpload":[],"autoCapture":true,"forceMobileHandover":true,"mobileHandoverTimeout":10,"showModalBeforeRedirect":true}`)
	c := s.startCapture(selfieOrder, `,"captureParameters":{"uiProfile":"`+look+`","uiLanguage":"en"}`)
	b := browsertest.New(t, browsertest.CameraAllowed)
	p := b.Open(browsertest.Phone(), s.url+"/healthz")
	p.TrustAll()
	p.Goto(c.URL)
	p.Await("#start")
	p.Until(`[...document.fonts].some(f => f.family.includes("Brand") && f.status === "loaded")`)
	for expression, want := range map[string]any{
		`document.title`: "Bank of Nowhere",
		`document.querySelector("link[rel=icon]").href.slice(0, 15)`:                  "data:image/png;",
		`getComputedStyle(document.body).fontFamily.split(",")[0]`:                    "Brand",
		`getComputedStyle(document.body).color`:                                       "rgb(34, 34, 51)",
		`getComputedStyle(document.querySelector("h1")).color`:                        "rgb(90, 24, 70)",
		`getComputedStyle(document.querySelector("#start")).color`:                    "rgb(255, 255, 254)",
		`getComputedStyle(document.querySelector("main")).borderRadius`:               "3px",
		`document.querySelector("#start").textContent`:                                "Here we go",
		`document.querySelector(".items").textContent`:                                "A cup of teaOr two.",
		`[...document.querySelectorAll("#language option")].map(o => o.value).join()`: "de,en",
	} {
		if got := p.Eval(expression); got != want {
			t.Errorf("%s is %v instead of %v", expression, got, want)
		}
	}
	desktop := b.Open(browsertest.Desktop(), s.url+"/healthz")
	desktop.TrustAll()
	s.desktopWaits(desktop, c.URL)
	p.Click("#start")
	p.Await(onScreen("consent")) // although nobody lives in the USA
	p.Click("#agree")
	p.Await("#type-passport")
	if got := p.Eval(`[...document.querySelectorAll("[name=type]")].map(o => o.value).sort().join()`); got != "identityCard,passport" {
		t.Errorf("offered are %v", got)
	}
	p.Click("#type-identityCard") // the type comes first
	p.Until(`[...document.querySelectorAll("#document-country option")].map(o => o.value).join() === ",DEU" && document.querySelector("#document-country").value === "DEU"`)
	p.Click("#next")
	p.AwaitText("Mind the light")
	p.Until(`(i => i?.complete && i.naturalWidth === 80)(document.querySelector(".items img"))`)
	p.Click("#next")
	p.Await(onScreen("front"))
	if p.Has("#choose") {
		t.Error("a file can be chosen although allowFileUpload is empty")
	}
	b.Show(picture(t, specimen.Order{Type: specimen.IDCard, Country: "NLD", Level: 1}))
	p.Click("#camera")
	p.Await(onScreen("preview")) // autoCapture: nobody pressed the button
	c.quiet(p, brand)
}

// desktopWaits looks at what the configuration says of a desktop: the colours that
// only a mouse or a wait shows, and how it hands over.
func (s *stack) desktopWaits(p *browsertest.Page, link string) {
	s.t.Helper()
	p.Goto(link)
	p.Hover("#start")
	p.Until(`getComputedStyle(document.querySelector("#start")).backgroundColor === "rgb(58, 15, 45)"`) // buttonsHoverColor
	p.Click("#start")
	p.Await(onScreen("handover")) // forceMobileHandover
	if p.Has("#stay") {
		s.t.Error("the desktop may go on although a phone is demanded")
	}
	p.Until(`getComputedStyle(document.querySelector(".spinner")).borderTopColor === "rgb(90, 24, 71)"`) // spinnerColor
	p.Eval(`(then => { performance.now = () => then + 11000; return 1 })(performance.now())`)            // mobileHandoverTimeout
	p.AwaitText("Nothing has happened on your phone for a while")
}

// brandServer has the font and the picture of a customer, and gives its address.
func brandServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*") // browsers want it of fonts
		if strings.HasSuffix(r.URL.Path, ".ttf") {
			_, _ = w.Write(ocrb.TrueType())
			return
		}
		_, _ = w.Write(encodePNG(t, noise(80, 60)))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // pages try before they trust
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// TestCaptureDevices: what a device may do, how often, and how.
func TestCaptureDevices(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	b := browsertest.New(t, browsertest.CameraAllowed)
	order := strings.Replace(selfieOrder, "documentSelfie", "document", 1)
	at := func(profile string, d browsertest.Device) *browsertest.Page {
		c := s.startCapture(order, `,"captureParameters":{"uiProfile":"`+s.configuration(profile)+`"}`)
		p := b.Open(d, c.URL)
		p.Await(onScreen("document")) // showPrerequisitesScreen is false in all
		p.Choose("#document-country", "NLD")
		p.Click("#type-passport")
		p.Click("#next")
		p.Await(onScreen("front"))
		return p
	}
	p := at(`{"showPrerequisitesScreen":false,"useNativeCamera":true,"allowZoomOnPreview":["desktop"],"detectGlare":["takePhoto"],"maxRetries":0}`, browsertest.Phone())
	if !p.Has("input[capture=environment]") || p.Has("#choose") {
		t.Error("the camera app is not asked for")
	}
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1, Flaws: []specimen.Flaw{specimen.Glare}}))
	p.Await("#use")
	if p.Has(".faults") || p.Has("#zoom") {
		t.Error("glare is looked for, or the picture can be enlarged, although neither is wanted here")
	}
	p = at(`{"showPrerequisitesScreen":false,"allowTakePhoto":["mobile"],"enableMobileHandover":false,"maxRetries":0,"enableOrientationConfirmation":true}`, browsertest.Desktop())
	if p.Has("#camera") || p.Has("#handover") {
		t.Error("a desktop may take a photo or hand over")
	}
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Flaws: []specimen.Flaw{specimen.Glare}}))
	p.AwaitText("There is a reflection on it.")
	if !p.Has("#use:disabled") || !p.Has("#zoom") {
		t.Error("nobody is asked whether the picture is upright, or it cannot be enlarged")
	}
	p.Until(`(i => i?.complete && i.naturalWidth > i.naturalHeight)(document.querySelector("#preview"))`)
	p.Click("#turn-left")
	p.Until(`(i => i?.complete && i.naturalWidth < i.naturalHeight)(document.querySelector("#preview"))`)
}

// TestCaptureOrdersRefused: what a flow cannot do is said when it is ordered.
func TestCaptureOrdersRefused(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	d, err := s.api.CreateDossier(t.Context(), "")
	check(t, err)
	token := s.token()
	const one = `{"provider":"onfido","processType":"document"}`
	for body, want := range map[string][2]string{
		`{"providers":[` + one + `]}`:                                                                                                                {"invalid_request", "redirectUrl"},
		`{"providers":[],"redirectUrl":"https://a.example"}`:                                                                                         {"invalid_request", "providers"},
		`{"providers":[` + one + `],"redirectUrl":"http://a.example"}`:                                                                               {"invalid_request", "redirectUrl"},
		`{"providers":[` + one + `,` + one + `],"redirectUrl":"https://a.example"}`:                                                                  {"not_supported", "providers"},
		`{"providers":[` + one + `],"redirectUrl":"https://a.example","sdk":"other"}`:                                                                {"invalid_request", "sdk"},
		`{"providers":[` + one + `],"redirectUrl":"https://a.example","captureParameters":{"smsSender":"A"}}`:                                        {"not_supported", "captureParameters.smsSender"},
		`{"providers":[` + one + `],"redirectUrl":"https://a.example","captureParameters":{"uiProfile":"none"}}`:                                     {"invalid_request", "captureParameters.uiProfile"},
		`{"providers":[` + one + `],"redirectUrl":"https://a.example","captureParameters":{"uiLanguage":"ja"}}`:                                      {"invalid_request", "captureParameters.uiLanguage"},
		`{"providers":[` + one + `],"redirectUrl":"https://a.example","requestDomain":"*"}`:                                                          {"invalid_request", "requestDomain"},
		`{"providers":[{"provider":"onfido","processType":"document","processParameters":{"mobileAppId":"a.b"}}],"redirectUrl":"https://a.example"}`: {"invalid_request", "providers.0.processParameters.mobileAppId"},
	} {
		got := s.call(token, http.MethodPost, "/assure/dossiers/"+d.DossierID+"/capture", body)
		answer := got.json(t)
		params, _ := answer["invalidParams"].([]any)
		if got.status != http.StatusBadRequest || answer["code"] != want[0] || !slices.ContainsFunc(params, func(p any) bool { return p.(map[string]any)["name"] == want[1] }) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	for body, want := range map[string]string{
		`{"takeSelfie":true}`: "takeSelfie", `{"smsDefaultCountry":"NL"}`: "smsDefaultCountry", `{"somethingElse":1}`: "somethingElse",
	} {
		got := s.call(token, http.MethodPost, "/assure/capture/configurations/shop", body)
		if got.status != http.StatusBadRequest || !strings.Contains(string(got.body), `"name":"`+want+`"`) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

// TestCaptureConfigurationNames: an id is the customer's choice, of few characters,
// and taken once. A second try of the same request finds what the first has made.
func TestCaptureConfigurationNames(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		token, at := s.token(), func(id string) string { return "/assure/capture/configurations/" + id }
		for _, id := range []string{"a", "Shop.nl_v2-final", "0b7c2c2e-5a35-4d0e-9d8e-1a2b3c4d5e6f", strings.Repeat("x", 64)} {
			got := s.call(token, http.MethodPost, at(id), `{"pageTitle":"Shop"}`)
			if got.status != http.StatusCreated || got.header.Get("Location") != at(id) || got.json(s.t)["id"] != id {
				s.t.Errorf("%s: %d %s", id, got.status, got.body)
			}
		}
		for _, id := range []string{"-a", "_a", "a%20b", "a%2Fb", "a%00", "%E2%82%AC", "a:b", strings.Repeat("x", 65)} {
			got := s.call(token, http.MethodPost, at(id), `{}`)
			if got.status != http.StatusBadRequest || !strings.Contains(string(got.body), `"name":"configurationId"`) {
				s.t.Errorf("%s: %d %s", id, got.status, got.body)
			}
		}
		send := func(body string, key ...string) int {
			return s.call(token, http.MethodPost, at("shop"), body, key...).status
		}
		got := []int{
			send(`{"pageTitle":"Shop"}`), send(`{"pageTitle":"Shop"}`), send(`{"pageTitle":"Other"}`),
			send(`{"pageTitle":"Shop"}`, "Idempotency-Key", "one"), send(`{"pageTitle":"Other"}`, "Idempotency-Key", "two"),
		}
		if want := []int{201, 409, 409, 201, 409}; !slices.Equal(got, want) {
			s.t.Errorf("the same id again: %v, want %v", got, want)
		}
		if got := s.call(token, http.MethodPut, at("shop"), `{"id":"another"}`); got.status != http.StatusBadRequest {
			s.t.Errorf("another id in the body: %d %s", got.status, got.body)
		}
		if got := s.call(token, http.MethodPost, "/assure/capture/configurations", `{}`); got.status != http.StatusMethodNotAllowed {
			s.t.Errorf("the collection: %d %s", got.status, got.body)
		}
	})
}
