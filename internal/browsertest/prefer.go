package browsertest

import (
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Prefer sets the colour scheme that the user prefers: light or dark.
func (p *Page) Prefer(scheme string) {
	p.tb.Helper()
	p.do("prefer "+scheme, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// Resize shows the page on another device.
func (p *Page) Resize(d Device) {
	p.tb.Helper()
	p.do("resize", p.emulate(d))
}

// Fill puts a text into a field as typing does.
func (p *Page) Fill(selector, text string) {
	p.tb.Helper()
	p.Await(selector)
	p.Eval(fmt.Sprintf(`(() => { const e = document.querySelector(%s); e.focus(); e.value = %s; e.dispatchEvent(new Event("input", {bubbles: true})); return 1 })()`,
		quoted(selector), quoted(text)))
}

// WholePicture gives a PNG of the page from its top to its end.
func (p *Page) WholePicture() []byte {
	p.tb.Helper()
	return run(p, "take a whole screenshot", chromedp.FullScreenshot(100))
}

// Agree answers every question of this page with yes, until the next one loads.
func (p *Page) Agree() {
	p.tb.Helper()
	p.Eval("(() => { window.confirm = () => true; return 1 })()")
}
