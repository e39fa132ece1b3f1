package capture

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

// theme gives the style of a flow's configuration: variables that our style
// sheet uses, a font, and the customer's own rules. Every value was checked when
// the configuration was stored.
func (p *pages) theme(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(themeOf(&v.Profile)))
	return nil
}

func themeOf(profile *idv.CaptureProfile) string {
	var css strings.Builder
	if profile.FontURL != "" {
		_, _ = fmt.Fprintf(&css, "@font-face { font-family: %q; src: url(%q) format(%q); font-display: swap; }\n",
			profile.FontName, profile.FontURL, fontFormat(profile.FontURL))
	}
	css.WriteString(":root {\n")
	colours := profile.Colours()
	for name, variable := range map[string]string{
		"primaryColor": "--primary", "fontColor": "--ink", "buttonsColor": "--button",
		"buttonsHoverColor": "--button-hover", "buttonsTextColor": "--button-text", "spinnerColor": "--spinner",
	} {
		_, _ = fmt.Fprintf(&css, "\t%s: %s;\n", variable, colours[name])
	}
	if profile.FontName != "" {
		_, _ = fmt.Fprintf(&css, "\t--font: %q, system-ui, sans-serif;\n", profile.FontName)
	}
	css.WriteString("}\n" + profile.CustomCSS)
	return css.String()
}

func fontFormat(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return idv.FontFiles()[strings.ToLower(path.Ext(u.Path))]
}
