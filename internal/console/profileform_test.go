package console

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

// TestProfilesGoThroughTheForm: what is stored comes out of its form as it was, and
// what the form cannot read is refused by the name of the field.
func TestProfilesGoThroughTheForm(t *testing.T) {
	t.Parallel()
	c := &console{Config: Config{Preview: Previewer{Languages: []string{"en", "de"}}}}
	for _, text := range []string{
		`{}`,
		`{"pageTitle":"A","primaryColor":"#5a1846","customCss":".a {\n b: c }","documentTypes":["passport"],"languages":["de"],"defaultLanguage":"de"}`,
		`{"showPrerequisitesScreen":false,"autoCapture":true,"enableMobileHandover":false,"allowFileUpload":[],"detectGlare":["takePhoto"]}`,
		`{"maxRetries":0,"mobileHandoverTimeout":60,"translations":{"en":{"start":"Go"}},"documentCountries":{"passport":["NLD"]},"onfidoConfig":{"a":{"b":1}}}`,
		`{"prerequisitesScreenItems":[{"title":"a"}],"documentInstructionsScreenItems":[{"title":"b","icon":"light"}],"showDocumentInstructionsScreen":true}`,
	} {
		var want idv.CaptureProfile
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got, err := c.formOf(&want).profile(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s comes out as %+v, %v", text, got, err)
		}
	}
	for field, value := range map[string]string{
		"maxRetries": "two", "json": `{"pageTitle":"not here"}`, "mobileHandoverTimeout": "1.5",
	} {
		form := c.formOf(&idv.CaptureProfile{})
		form.Set(field, value)
		if _, err := form.profile(); err == nil || !strings.Contains(paramsOf(err), field) {
			t.Errorf("%s %s: %v", field, value, err)
		}
	}
	form := c.formOf(&idv.CaptureProfile{})
	form.Set("json", `{} {}`)
	if _, err := form.profile(); !strings.Contains(paramsOf(err), "one JSON object") {
		t.Errorf("two objects: %v", err)
	}
}

func paramsOf(err error) string {
	_, params := refusalOf(err)
	var text strings.Builder
	for _, p := range params {
		text.WriteString(p.Name + " " + p.Reason + "\n")
	}
	return text.String()
}
