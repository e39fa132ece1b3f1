package idv

import (
	"fmt"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The colours of the pages where a profile names none.
const (
	DefaultPrimaryColor      = "#0b4f6c"
	DefaultFontColor         = "#1c2733"
	DefaultButtonsColor      = "#0b4f6c"
	DefaultButtonsHoverColor = "#083b51"
	DefaultButtonsTextColor  = "#ffffff"
	paper                    = "#ffffff"
)

// The contrasts that WCAG 2.2 AA asks of text (1.4.3) and of signs (1.4.11).
const (
	contrastOfText  = 4.5
	contrastOfSigns = 3.0
)

var (
	colour   = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
	fontName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$`)
	picture  = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml|x-icon);base64,[A-Za-z0-9+/]+={0,2}$`)
	loading  = regexp.MustCompile(`(?i)@import|@font-face|@namespace|url\s*\(|image-set\s*\(|src\s*\(|expression\s*\(|\\`)
)

// FontFiles are the endings of what fontUrl may lead to, with their CSS formats.
func FontFiles() map[string]string {
	return map[string]string{".woff2": "woff2", ".woff": "woff", ".ttf": "truetype", ".otf": "opentype"}
}

func (p *CaptureProfile) checkLook(c *checker) {
	c.that(utf8.RuneCountInString(p.PageTitle) <= maxPageName, "pageTitle", "must have at most 100 characters")
	c.that(p.Favicon == "" || isPicture(p.Favicon), "favicon", "must be an https address or a data URL of a picture")
	c.that(p.FontName == "" || fontName.MatchString(p.FontName), "fontName", "must be the name of a font family")
	c.that(p.FontURL == "" || isFontFile(p.FontURL), "fontUrl",
		"must be an https address that ends in .woff2, .woff, .ttf or .otf: a style sheet from elsewhere is not loaded into these pages")
	c.that(p.FontURL == "" || p.FontName != "", "fontUrl", "needs fontName")
	c.that(len(p.CustomCSS) <= maxCSS, "customCss", "must have at most 20,000 bytes")
	c.that(!loading.MatchString(p.CustomCSS), "customCss", "may load nothing: no @import, @font-face, url() or escapes, which the pages' security policy would stop")
	c.that(!strings.Contains(p.CustomCSS, "\x00") && utf8.ValidString(p.CustomCSS), "customCss", "must be text")
	p.checkColours(c)
}

func (p *CaptureProfile) checkColours(c *checker) {
	for name, value := range map[string]string{
		"primaryColor": p.PrimaryColor, "fontColor": p.FontColor, "buttonsColor": p.ButtonsColor,
		"buttonsHoverColor": p.ButtonsHoverColor, "buttonsTextColor": p.ButtonsTextColor, "spinnerColor": p.SpinnerColor,
	} {
		if value != "" && !colour.MatchString(value) {
			c.that(false, name, "must be a colour of the form #rrggbb")
			return
		}
	}
	full := p.Colours()
	readable := func(name, over, what string, least float64) {
		got := contrast(full[name], over)
		c.that(got >= least, name, fmt.Sprintf("has a contrast of %.1f to %s; WCAG 2.2 AA asks for %.1f", got, what, least))
	}
	readable("primaryColor", paper, "the white page", contrastOfText)
	readable("fontColor", paper, "the white page", contrastOfText)
	readable("buttonsTextColor", full["buttonsColor"], "buttonsColor", contrastOfText)
	readable("buttonsTextColor", full["buttonsHoverColor"], "buttonsHoverColor", contrastOfText)
	readable("buttonsColor", paper, "the white page", contrastOfSigns)
	readable("spinnerColor", paper, "the white page", contrastOfSigns)
}

// Colours gives the colours of the pages by the names of their fields.
func (p *CaptureProfile) Colours() map[string]string {
	either := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	primary := either(p.PrimaryColor, DefaultPrimaryColor)
	buttons := either(p.ButtonsColor, primary)
	hover := either(p.ButtonsHoverColor, buttons)
	if p.ButtonsHoverColor == "" && buttons == DefaultButtonsColor {
		hover = DefaultButtonsHoverColor
	}
	return map[string]string{
		"primaryColor": primary, "fontColor": either(p.FontColor, DefaultFontColor), "buttonsColor": buttons, "buttonsHoverColor": hover,
		"buttonsTextColor": either(p.ButtonsTextColor, DefaultButtonsTextColor), "spinnerColor": either(p.SpinnerColor, primary),
	}
}

// contrast is the ratio of WCAG 2.2 between two colours #rrggbb.
func contrast(a, b string) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(colour string) float64 {
	v, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 24)
	if err != nil {
		return 0
	}
	linear := func(shift uint) float64 {
		s := float64(v>>shift&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

// isPicture takes a small picture in the text itself, or an https address.
func isPicture(s string) bool {
	return len(s) <= 64_000 && picture.MatchString(s) || isPlainHTTPS(s)
}

func isFontFile(s string) bool {
	u, err := url.Parse(s)
	return err == nil && isPlainHTTPS(s) && FontFiles()[strings.ToLower(path.Ext(u.Path))] != ""
}

// isPlainHTTPS takes an https address that can stand in a style sheet and in a
// security policy as it is.
func isPlainHTTPS(s string) bool {
	u, err := url.Parse(s)
	plain := !slices.ContainsFunc([]byte(s), func(b byte) bool { return b <= ' ' || b >= 0x7f || strings.IndexByte(`"'();,\<>`, b) >= 0 })
	return err == nil && plain && isWebURL(s) && u.Scheme == "https"
}
