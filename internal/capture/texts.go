package capture

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/dossier-id/dossier/internal/idv"
)

//go:embed texts/*.json
var textFiles embed.FS

// Texts are the catalogues of the pages: each has every text.
type Texts struct {
	byLanguage map[string]map[string]string
}

var _ idv.CaptureTexts = (*Texts)(nil)

// languages lists the catalogues; the first is what others fall back on.
var languages = [...]string{"en", "de", "fr", "es", "nl", "no", "pt", "ar"}

// LoadTexts reads the catalogues. It fails when one lacks a text.
func LoadTexts() (*Texts, error) {
	t := &Texts{map[string]map[string]string{}}
	for _, l := range languages {
		content, err := textFiles.ReadFile("texts/" + l + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the texts in %s: %w", l, err)
		}
		var texts map[string]string
		if err := json.Unmarshal(content, &texts); err != nil {
			return nil, fmt.Errorf("decode the texts in %s: %w", l, err)
		}
		t.byLanguage[l] = texts
		for name := range t.byLanguage[languages[0]] {
			if texts[name] == "" {
				return nil, fmt.Errorf("the texts in %s lack %s", l, name)
			}
		}
	}
	return t, nil
}

// Languages lists the languages there are.
func (t *Texts) Languages() []string { return slices.Clone(languages[:]) }

// Known says whether the pages have a text of that name.
func (t *Texts) Known(name string) bool { return t.byLanguage[languages[0]][name] != "" }

// of gives the texts of a language with a customer's own in their place.
func (t *Texts) of(l string, own map[string]map[string]string) map[string]string {
	texts := maps.Clone(t.byLanguage[l])
	maps.Copy(texts, own[l])
	return texts
}

// direction is how a language is written.
func direction(l string) string {
	if l == "ar" {
		return "rtl"
	}
	return "ltr"
}

// offered lists the languages of a flow.
func (t *Texts) offered(c *idv.Capture) []string {
	if len(c.Profile.Languages) > 0 {
		return c.Profile.Languages
	}
	return t.Languages()
}

// choose gives the language of a flow: the one that was chosen, else the best of
// what the browser likes, else the customer's default.
func (t *Texts) choose(c *idv.Capture, accept string) string {
	offered := t.offered(c)
	if slices.Contains(offered, c.Language) {
		return c.Language
	}
	liked, _, err := language.ParseAcceptLanguage(accept)
	if err == nil {
		for _, tag := range liked {
			base, _ := tag.Base()
			name := base.String()
			if name == "nb" || name == "nn" {
				name = "no"
			}
			if slices.Contains(offered, name) {
				return name
			}
		}
	}
	if slices.Contains(offered, languages[0]) {
		return cmp.Or(c.Profile.DefaultLanguage, languages[0])
	}
	return cmp.Or(c.Profile.DefaultLanguage, offered[0])
}

// texts gives the catalogue of a language.
func (p *pages) texts(w http.ResponseWriter, r *http.Request) error {
	v, err := p.Service.OpenCapture(r.Context(), secretOf(r))
	if err != nil {
		return err
	}
	l := strings.ToLower(r.PathValue("language"))
	if !slices.Contains(p.Texts.offered(v.Capture), l) {
		return idv.NotFound("language")
	}
	send(w, http.StatusOK, p.Texts.of(l, v.Profile.Translations))
	return nil
}
