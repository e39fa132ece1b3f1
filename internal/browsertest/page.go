package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// step bounds one wait of a page: a busy machine is slow, a broken page is
// found out all the same.
const step = 40 * time.Second

// Device is what a page is shown on.
type Device struct {
	Width, Height int64
	// Mobile is a device with a touch screen.
	Mobile bool
	// Language is the Accept-Language; empty is English.
	Language string
}

// Phone and Desktop are the two sizes that pages must be good at.
func Phone() Device { return Device{Width: 360, Height: 740, Mobile: true} }

// Desktop is the window of a laptop.
func Desktop() Device { return Device{Width: 1280, Height: 800} }

// Page is a tab on a device of its own. Its methods fail the test, and show
// what the page said, when something is not there in time.
type Page struct {
	tb  testing.TB
	ctx context.Context //nolint:containedctx // the tab lives in its context

	mu    sync.Mutex
	said  []string
	asked []string
	// paused has the requests that Refuse is to answer.
	paused chan fetch.RequestID
}

// Open opens an address in a new tab that shares nothing with others.
func (b *Browser) Open(device Device, url string) *Page {
	b.tb.Helper()
	p := &Page{tb: b.tb, paused: make(chan fetch.RequestID, 16)}
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	b.tb.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // What makes the tab must outlive it.
		b.tb.Fatalf("open a tab: %v", err)
	}
	p.do("open "+url, call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}), p.emulate(device), chromedp.Navigate(url))
	return p
}

const mobileAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"

func (p *Page) emulate(d Device) chromedp.Action[chromedp.Void] {
	language := d.Language
	if language == "" {
		language = "en"
	}
	if !d.Mobile {
		agent := emulation.SetUserAgentOverrideParams{UserAgent: strings.Replace(mobileAgent, "Android 15; Pixel 9", "x86_64", 1), AcceptLanguage: language}
		agent.UserAgent = strings.Replace(agent.UserAgent, "Mobile ", "", 1)
		return chromedp.Steps(chromedp.EmulateViewport(d.Width, d.Height), call(emulation.SetUserAgentOverride, agent))
	}
	return chromedp.Steps(
		chromedp.EmulateViewport(d.Width, d.Height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait),
		call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: mobileAgent, AcceptLanguage: language}))
}

// call is a command of the protocol as a step.
func call[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

// hear keeps what the page asks the network for and what goes wrong in it.
func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	case *fetch.EventRequestPaused:
		p.paused <- e.RequestID
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		p.said = append(p.said, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, step)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fatal(what, err)
	}
}

func run[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, step)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.fatal(what, err)
	}
	return v
}

// fatal ends the test with what the page shows and said.
func (p *Page) fatal(what string, err error) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	shown, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body?.innerText`))
	p.tb.Fatalf("%s: %v\nThe page shows: %s\nIt said: %s", what, err, shown, strings.Join(p.Complaints(), "\n"))
}

// Goto opens another address in the tab.
func (p *Page) Goto(url string) {
	p.tb.Helper()
	p.do("go to "+url, chromedp.Navigate(url))
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.tb.Helper()
	p.do("reload", chromedp.Reload())
}

// Await waits until something with the CSS selector is to be seen.
func (p *Page) Await(selector string) {
	p.tb.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// AwaitText waits until the page shows a text.
func (p *Page) AwaitText(text string) {
	p.tb.Helper()
	p.Until(fmt.Sprintf("document.body.innerText.includes(%s)", quoted(text)))
}

// Until waits until an expression of JavaScript is true. It may wait across a
// navigation.
func (p *Page) Until(expression string) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, step)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		// An evaluation that a navigation cuts off is tried again on the new page.
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); err == nil && is {
			return
		}
		select {
		case <-ctx.Done():
			p.fatal("wait until "+expression, ctx.Err())
		case <-tick.C:
		}
	}
}

// Click clicks what has the selector, once it is to be seen and enabled.
func (p *Page) Click(selector string) {
	p.tb.Helper()
	p.do("click "+selector, chromedp.WaitEnabled(chromedp.CSS(selector)), chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// Press sends a key to what has the focus: a character, or one of the keys below.
func (p *Page) Press(key string) {
	p.tb.Helper()
	if code, named := keys()[key]; named {
		key = code
	}
	if utf8.RuneCountInString(key) != 1 {
		p.tb.Fatalf("there is no key %q", key)
	}
	p.do("press a key", chromedp.KeyEvent(key))
}

// keys are those that have names, as scripts know them.
func keys() map[string]string {
	return map[string]string{"Tab": kb.Tab, "Enter": kb.Enter, "Escape": kb.Escape, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp}
}

// Choose gives a select element its value and tells the page.
func (p *Page) Choose(selector, value string) {
	p.tb.Helper()
	p.Await(selector)
	p.Eval(fmt.Sprintf(`(() => { const e = document.querySelector(%s); e.value = %s; e.dispatchEvent(new Event("change", {bubbles: true})); return e.value })()`,
		quoted(selector), quoted(value)))
}

// Upload gives files to a file input.
func (p *Page) Upload(selector string, files ...string) {
	p.tb.Helper()
	p.do("upload to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), files, chromedp.NodeReady))
}

// Eval gives the value of an expression of JavaScript; promises are awaited.
func (p *Page) Eval(expression string) any {
	p.tb.Helper()
	return run(p, "evaluate "+expression, chromedp.Evaluate[any](expression, chromedp.EvalAwaitPromise))
}

// Has says whether something with the CSS selector is on the page.
func (p *Page) Has(selector string) bool {
	p.tb.Helper()
	return run(p, "look for "+selector, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%s) !== null", quoted(selector))))
}

// URL gives the address of the page.
func (p *Page) URL() string {
	p.tb.Helper()
	return run(p, "read the address", chromedp.Location())
}

// Text gives the text of the page as it is seen.
func (p *Page) Text() string {
	p.tb.Helper()
	text, _ := p.Eval("document.body.innerText").(string)
	return text
}

// Picture gives a PNG of what the window shows.
func (p *Page) Picture() []byte {
	p.tb.Helper()
	return run(p, "take a screenshot", chromedp.CaptureScreenshot())
}

// Screenshot writes what the window shows to a PNG file in a folder.
func (p *Page) Screenshot(folder, name string) {
	p.tb.Helper()
	picture := p.Picture()
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // pictures for everybody
		p.tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil { //nolint:gosec // pictures for everybody
		p.tb.Fatal(err)
	}
}

// Asked gives every address that the page has asked the network for.
func (p *Page) Asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Complaints gives the exceptions of the page and what the browser logged
// about it, such as what its Content-Security-Policy refused.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(text)
}
