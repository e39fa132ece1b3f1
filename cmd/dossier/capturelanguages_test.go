package main

import (
	"testing"

	"github.com/dossier-id/dossier/internal/browsertest"
)

// TestCaptureLanguages: the page speaks the browser's language or the one that is
// chosen, from right to left where that is its way, and a phone that is handed
// the flow speaks it too.
func TestCaptureLanguages(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	b := browsertest.New(t, browsertest.CameraMissing)
	for language, want := range map[string][3]string{
		"de-AT": {"de", "ltr", "Wir prüfen Ihre Identität"}, "nb": {"nb", "ltr", "Vi kontrollerer identiteten din"},
		"ar": {"ar", "rtl", "لنتحقق من هويتك"}, "ja": {"en", "ltr", "Let's verify your identity"},
	} {
		phone := browsertest.Phone()
		phone.Language = language
		p := b.Open(phone, s.startCapture(selfieOrder, "").URL)
		p.AwaitText(want[2])
		if got := [2]any{p.Eval("document.documentElement.lang"), p.Eval("document.documentElement.dir")}; got != [2]any{want[0], want[1]} {
			t.Errorf("%s: the page is %v", language, got)
		}
		if wide := p.Eval("document.documentElement.scrollWidth - innerWidth"); wide != 0.0 {
			t.Errorf("%s: %v pixels wider than the phone", language, wide)
		}
		for _, found := range p.Audit() {
			t.Errorf("%s: %s", language, found)
		}
	}
	c := s.startCapture(selfieOrder, "")
	desktop := b.Open(browsertest.Desktop(), c.URL)
	desktop.Choose("#language select", "fr")
	desktop.AwaitText("Vérifions votre identité")
	desktop.Click("#handover")
	desktop.AwaitText("En attente de votre téléphone")
	b.Open(browsertest.Phone(), c.URL+"#phone").AwaitText("Quel document voulez-vous utiliser")
}
