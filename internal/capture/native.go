package capture

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// Native says where Onfido's Web SDK comes from and where it goes.
type Native struct {
	// SDK is the address of its script, a module that exports Onfido or a script
	// that leaves it in the window.
	SDK string
	// Style is that of its style sheet; newer versions need none.
	Style string
	// API is the origin of Onfido's API.
	API string
	// Motion asks for a motion capture instead of a video.
	Motion bool
}

// stepNative is the step that is the SDK's. It ends with the flow.
const stepNative = "native"

// nativeNext says whether nothing is left to be asked before the SDK.
func nativeNext(v *service.CaptureView) bool {
	for _, s := range stepsOf(v) {
		if !s.Done {
			return s.Name == stepNative
		}
	}
	return false
}

// native gives the page in which Onfido's SDK takes the images.
func (p *pages) native(w http.ResponseWriter, r *http.Request, v *service.CaptureView) error {
	data := p.frame(v, r)
	data.Theme, data.Script = data.Base+"/theme.css", p.assets.At("native.js")
	// Onfido takes the token of a page only from its address, of which it is told
	// no more than the origin: the rest holds the secret.
	w.Header().Set("Referrer-Policy", "strict-origin")
	return p.show(w, http.StatusOK, p.nativePolicy(v), data)
}

// nativeStart is what the page needs to start the SDK.
type nativeStart struct {
	Script  string         `json:"script"`
	Style   string         `json:"style,omitempty"`
	Token   string         `json:"token"`
	Options map[string]any `json:"options"`
}

// startNative gives the page a token, and another one when that has expired.
func (p *pages) startNative(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	if v.SDK != idv.SDKNative || !nativeNext(v) {
		return idv.Refuse(idv.CodeInvalidState, "the provider's SDK has nothing to do now")
	}
	token, err := p.Service.Admit(r.Context(), v.Key(), idv.Software{Referrer: originOf(p.PublicURL) + "/*"})
	if err != nil {
		return err
	}
	l := p.Texts.choose(v.Capture, r.Header.Get("Accept-Language"))
	send(w, http.StatusOK, nativeStart{Script: p.Native.SDK, Style: p.Native.Style, Token: token.Reveal(), Options: p.nativeOptions(v, l)})
	return nil
}

// vendorHosts are those that Onfido's own page on content security names for its
// Web SDK, without the one to which errors are reported.
const vendorHosts = " https://*.onfido.com https://*.sardine.ai"

// nativePolicy opens what the SDK needs and no more: its script and style, which
// writes styles of its own, its uploads, and pictures and films made in the page.
// A copy of the SDK on another host than Onfido's gets only that host.
func (p *pages) nativePolicy(v *service.CaptureView) string {
	from, to, sockets := sources(p.Native.SDK, p.Native.Style), sources(p.Native.API), ""
	scripts := from + " 'wasm-unsafe-eval'"
	if isOnfidos(p.Native.SDK) {
		from, to, sockets = vendorHosts, to+vendorHosts, " wss://*.onfido.com"
		scripts = from + " 'unsafe-eval'" // Onfido's page on content security demands it
	}
	ancestors := "'none'"
	if v.RequestDomain != "" {
		ancestors = v.RequestDomain
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'" + scripts, "style-src 'self' 'unsafe-inline'" + from,
		"connect-src 'self' blob:" + to + sockets, "img-src 'self' blob: data:" + from + origins(logos(v)),
		"media-src 'self' blob: data:" + from, "font-src 'self' data:" + from + origins([]string{v.Profile.FontURL}),
		"worker-src 'self' blob:" + from, "base-uri 'none'", "form-action 'none'", "frame-ancestors " + ancestors,
	}, "; ")
}

// logos are the addresses of pictures that a configuration names.
func logos(v *service.CaptureView) []string {
	found := []string{v.Profile.Favicon}
	if logo, ok := v.Profile.OnfidoConfig["crossDeviceClientIntroProductLogoSrc"].(string); ok {
		found = append(found, logo)
	}
	features, _ := v.Profile.OnfidoConfig["enterpriseFeatures"].(map[string]any)
	cobrand, _ := features["logoCobrand"].(map[string]any)
	for _, value := range cobrand {
		if logo, ok := value.(string); ok {
			found = append(found, logo)
		}
	}
	return found
}

func isOnfidos(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.HasSuffix(u.Hostname(), ".onfido.com")
}

// originOf gives scheme and host of an address, or "".
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// sources lists the origins of addresses of the operator's, each with a space
// before it.
func sources(addresses ...string) (list string) {
	for _, address := range addresses {
		if origin := originOf(address); origin != "" && !slices.Contains(strings.Fields(list), origin) {
			list += " " + origin
		}
	}
	return list
}
