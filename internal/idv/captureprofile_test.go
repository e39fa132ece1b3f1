package idv_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

type catalogue struct{}

func (catalogue) Languages() []string    { return []string{"en", "de"} }
func (catalogue) Known(name string) bool { return name == "start" }

// TestWishesThatCannotBeMet: each is refused by the name of its field, with a
// reason, and none is stored and ignored.
func TestWishesThatCannotBeMet(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"primaryColor":"red"}`:                                                          "primaryColor",
		`{"fontColor":"#cccccc"}`:                                                         "fontColor",
		`{"buttonsColor":"#ffffff","buttonsTextColor":"#000000"}`:                         "buttonsColor",
		`{"buttonsColor":"#777777","buttonsTextColor":"#888888"}`:                         "buttonsTextColor",
		`{"spinnerColor":"#eeeeee"}`:                                                      "spinnerColor",
		`{"fontUrl":"https://fonts.example/css?family=A","fontName":"A"}`:                 "fontUrl",
		`{"fontUrl":"https://fonts.example/a.woff2"}`:                                     "fontUrl",
		`{"fontName":"A\"; } body { x"}`:                                                  "fontName",
		`{"favicon":"http://a.example/i.png"}`:                                            "favicon",
		`{"favicon":"javascript:alert(1)"}`:                                               "favicon",
		`{"customCss":"@import 'https://a.example/x.css'"}`:                               "customCss",
		`{"customCss":"a { background: url(https://a.example) }"}`:                        "customCss",
		`{"customCss":"a { background: \\75rl(x) }"}`:                                     "customCss",
		`{"documentTypes":["idCard"]}`:                                                    "documentTypes",
		`{"documentCountries":{"passport":["NL"]}}`:                                       "documentCountries.passport",
		`{"documentCountries":{"passport":[]}}`:                                           "documentCountries.passport",
		`{"documentCountries":{"passport":"all"}}`:                                        "documentCountries.passport",
		`{"documentTypes":["visa"],"documentCountries":{"passport":"univ"}}`:              "documentCountries.passport",
		`{"defaultCountry":"NL"}`:                                                         "defaultCountry",
		`{"languages":["en","ja"]}`:                                                       "languages",
		`{"languages":["en"],"defaultLanguage":"de"}`:                                     "defaultLanguage",
		`{"translations":{"en":{"begin":"Go"}}}`:                                          "translations",
		`{"languages":["en"],"translations":{"de":{"start":"Los"}}}`:                      "translations",
		`{"showPrerequisitesScreen":false,"prerequisitesScreenItems":[{"title":"a"}]}`:    "prerequisitesScreenItems",
		`{"documentInstructionsScreenItems":[{"title":"a"}]}`:                             "documentInstructionsScreenItems",
		`{"allowFileUpload":["tablet"]}`:                                                  "allowFileUpload",
		`{"allowFileUpload":[],"allowTakePhoto":["desktop"]}`:                             "allowTakePhoto",
		`{"allowFileUpload":["mobile"],"allowTakePhoto":[],"enableMobileHandover":false}`: "allowTakePhoto",
		`{"allowTakePhoto":[],"autoCapture":true}`:                                        "autoCapture",
		`{"allowTakePhoto":["desktop"],"useNativeCamera":true}`:                           "useNativeCamera",
		`{"detectGlare":["always"]}`:                                                      "detectGlare",
		`{"maxRetries":11}`:                                                               "maxRetries",
		`{"mobileHandoverModes":["sms"]}`:                                                 "mobileHandoverModes",
		`{"enableMobileHandover":false,"forceMobileHandover":true}`:                       "forceMobileHandover",
		`{"enableMobileHandover":false,"mobileHandoverTimeout":60}`:                       "mobileHandoverTimeout",
		`{"mobileHandoverTimeout":5}`:                                                     "mobileHandoverTimeout",
	} {
		refused, ok := errors.AsType[*idv.Error](profile(t, body).Validate(catalogue{}))
		if !ok || len(refused.Params) == 0 || refused.Params[0].Name != want || refused.Params[0].Reason == "" {
			t.Errorf("%s: %v", body, refused)
		}
	}
}

func TestWishesThatCanBeMet(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`,
		`{"pageTitle":"Bank","favicon":"data:image/png;base64,AAAA","fontName":"Brand","fontUrl":"https://f.example/a.woff2","primaryColor":"#5a1846",
		"fontColor":"#222222","buttonsColor":"#5a1846","buttonsHoverColor":"#3a0f2d","buttonsTextColor":"#ffffff","spinnerColor":"#5a1846","customCss":".card { border-radius: 0 }"}`,
		`{"documentTypes":["passport","identityCard"],"documentCountries":{"passport":"univ","identityCard":["NLD","DEU"]},"defaultDocumentCountry":"NLD",
		"languages":["de","en"],"defaultLanguage":"de","translations":{"de":{"start":"Los"}},"allowFileUpload":[],"maxRetries":0,"mobileHandoverModes":["qrCode"]}`,
	} {
		if err := profile(t, body).Validate(catalogue{}); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	p := profile(t, `{"documentTypes":["passport","identityCard"],"documentCountries":{"identityCard":["NLD"]}}`)
	for _, c := range []struct {
		of      idv.DocumentType
		country string
		want    bool
	}{
		{idv.Passport, "FRA", true}, {idv.IdentityCard, "NLD", true}, {idv.IdentityCard, "FRA", false}, {idv.DriversLicense, "NLD", false},
	} {
		if got := p.Offers(c.of, c.country); got != c.want {
			t.Errorf("%s of %s: %t", c.of, c.country, got)
		}
	}
}

func TestCaptureOrders(t *testing.T) {
	t.Parallel()
	for redirect, domain := range map[string]string{
		"http://shop.example/": "", "/back": "", "": "", "javascript:alert(1)": "", "https://u:p@shop.example/": "",
		"https://shop.example/": "'self'; script-src *", "https://shop.example": strings.Repeat("a", 300),
	} {
		c := &idv.Capture{SDK: idv.SDKCapture, RedirectURL: idv.Personal(redirect), RequestDomain: domain}
		if c.Validate() == nil {
			t.Errorf("%q and %q pass", redirect, domain)
		}
	}
	for _, redirect := range []string{"https://shop.example/a?b=c", "http://localhost:3000/", "http://127.0.0.1/", "http://[::1]:8080/"} {
		c := &idv.Capture{SDK: idv.SDKNative, RedirectURL: idv.Personal(redirect), RequestDomain: "https://shop.example:8443"}
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", redirect, err)
		}
	}
}

func profile(t *testing.T, body string) *idv.CaptureProfile {
	t.Helper()
	p := &idv.CaptureProfile{}
	if err := json.Unmarshal([]byte(body), p); err != nil {
		t.Fatal(err)
	}
	return p
}
