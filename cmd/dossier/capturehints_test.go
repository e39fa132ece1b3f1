package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/browsertest"
)

// TestHints: the page finds in a picture, before it is sent, what is wrong with
// it and nothing else.
func TestHints(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	p := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Desktop(), s.startCapture(selfieOrder, "").URL)
	p.Await("#start")
	for name, want := range map[string]string{
		"passport-0": "", "passport-2": "", "card-0": "", "card-2": "", "licence-0": "", "licence-2": "", "selfie-0": "", "selfie-3": "", "two-faces": "", "passport-3": "", "card-3": "",
		"blurred": "Blurred", "blurred-selfie": "Blurred", "cut-off": "CutOff", "glare": "Glare",
	} {
		file, err := os.ReadFile("../../internal/vision/testdata/" + name + ".jpg")
		check(t, err)
		face := strings.Contains(name, "selfie") || name == "two-faces"
		got := p.Eval(fmt.Sprintf(`(async () => {
			const {measure, wanting} = await import(document.querySelector("script[src]").src.replace("app.js", "quality.js"))
			const img = new Image()
			img.src = "data:image/jpeg;base64,%s"
			await img.decode()
			const m = measure(img, {x: 0, y: 0, width: img.width, height: img.height})
			window.measured = JSON.stringify(m)
			return wanting(m, {glare: %t, document: %t}).join()
		})()`, base64.StdEncoding.EncodeToString(file), !face, !face))
		t.Logf("%s: %q %v", name, got, p.Eval("window.measured"))
		if got != want {
			t.Errorf("%s: found %q instead of %q", name, got, want)
		}
	}
}
