package browsertest

import (
	"strconv"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// Offline cuts the page off the network, or connects it again.
func (p *Page) Offline(off bool) {
	p.tb.Helper()
	p.do("set the network", call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}},
	}))
}

// TrustAll takes every certificate, such as those of httptest.
func (p *Page) TrustAll() {
	p.tb.Helper()
	p.do("trust every certificate", call(security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}))
}

// Refuse answers a request in the server's stead, once: the first whose address
// fits the pattern, in which * stands for anything, of those that act makes the
// page send. The answer has no body; retryAfter is in seconds.
func (p *Page) Refuse(pattern string, status int64, retryAfter int, act func()) {
	p.tb.Helper()
	p.do("intercept "+pattern, call(fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}}))
	act()
	select {
	case id := <-p.paused:
		p.do("refuse "+pattern, call(fetch.FulfillRequest, fetch.FulfillRequestParams{
			RequestID: id, ResponseCode: status, ResponseHeaders: []*fetch.HeaderEntry{{Name: "Retry-After", Value: strconv.Itoa(retryAfter)}},
		}))
	case <-p.ctx.Done():
		p.fatal("wait for a request to "+pattern, p.ctx.Err())
	}
	p.do("intercept no more", call(fetch.Disable, cdp.Empty{}))
}

// Hover puts the mouse on the middle of what has the selector.
func (p *Page) Hover(selector string) {
	p.tb.Helper()
	p.Await(selector)
	middle := func(of string) float64 {
		at, _ := p.Eval("(r => r." + of + ")(document.querySelector(" + quoted(selector) + ").getBoundingClientRect())").(float64)
		return at
	}
	x, y := middle("x + r.width / 2"), middle("y + r.height / 2")
	p.do("hover over "+selector, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y))
}
