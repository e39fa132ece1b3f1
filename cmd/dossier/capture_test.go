package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/specimen"
)

// captured is a capture flow that a customer has started, and the customer's own
// page to which it returns.
type captured struct {
	*stack
	URL       string `json:"url"`
	DossierID string `json:"dossierId"`
	ProcessID string `json:"processId"`
	returnTo  string
}

// startCapture starts a flow of one process; more is what the request has beside.
func (s *stack) startCapture(process, more string) *captured {
	s.t.Helper()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>shop</title><link rel=icon href=data:,><p>back at the shop"))
	}))
	s.t.Cleanup(shop.Close)
	d, err := s.api.CreateDossier(s.t.Context(), "")
	check(s.t, err)
	body := `{"providers":[` + process + `],"redirectUrl":"` + shop.URL + `/done?order=7"` + more + `}`
	got := s.call(s.token(), http.MethodPost, "/assure/dossiers/"+d.DossierID+"/capture", body)
	if got.status != http.StatusCreated {
		s.t.Fatalf("start capture flow: %d %s", got.status, got.body)
	}
	c := &captured{stack: s, returnTo: shop.URL}
	check(s.t, json.Unmarshal(got.body, c))
	return c
}

func (c *captured) ref() client.Ref {
	return client.Ref{DossierID: c.DossierID, ProcessID: c.ProcessID}
}

// newPagesStack is a stack for tests of the pages alone: its sandbox finds every
// picture good without a look, which takes the machine long.
func newPagesStack(t *testing.T) *stack {
	t.Helper()
	return newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly})
}

// underWay are the statuses that a submitted process may have by the time that the
// browser leaves.
func underWay() []string { return []string{"processing", "accepted"} }

// leaves goes back to the customer's at once. Without it the browser goes by
// itself a little later.
func (c *captured) leaves(p *browsertest.Page, statuses ...string) {
	c.t.Helper()
	p.Until(`(document.querySelector("#return")?.click(), document.body.innerText.includes("back at the shop"))`)
	c.returned(p, statuses...)
}

// returned waits until the browser is back at the customer's, with what the
// contract adds to the address (section 10): one of the statuses.
func (c *captured) returned(p *browsertest.Page, statuses ...string) {
	c.t.Helper()
	p.AwaitText("back at the shop")
	u, err := url.Parse(p.URL())
	check(c.t, err)
	q := u.Query()
	if u.Path != "/done" || q.Get("order") != "7" || q.Get("dossierId") != c.DossierID || q.Get("processId") != c.ProcessID || !slices.Contains(statuses, q.Get("status")) {
		c.t.Errorf("the browser returned to %s", u)
	}
}

// verdict waits for the end of the process.
func (c *captured) verdict() *client.Process {
	c.t.Helper()
	p, err := c.api.WaitForResult(c.t.Context(), c.ref(), nil)
	check(c.t, err)
	return p
}

// quiet fails when a page asked anybody but the server and those that the
// configuration names, or complained.
func (c *captured) quiet(p *browsertest.Page, named ...string) {
	c.t.Helper()
	allowed := append([]string{c.url, c.returnTo, "data:", "blob:" + c.url}, named...)
	for _, asked := range p.Asked() {
		if !slices.ContainsFunc(allowed, func(who string) bool { return strings.HasPrefix(asked, who) }) {
			c.t.Errorf("the page asked %s", asked)
		}
	}
	for _, said := range p.Complaints() {
		c.t.Errorf("the page complains: %s", said)
	}
}

// onScreen is the selector of a screen.
func onScreen(name string) string { return `[data-screen="` + name + `"]` }

func picture(t *testing.T, o specimen.Order) image.Image {
	t.Helper()
	img, err := specimen.Draw(o)
	check(t, err)
	return img
}

// choosePassport goes from the first screen to the pictures.
func choosePassport(p *browsertest.Page) {
	p.Click("#start")
	p.Await(onScreen("document"))
	p.Choose("#document-country", "NLD")
	p.Click("#type-passport")
	p.Click("#next")
}

// takePhoto takes what the camera shows and sends it.
func takePhoto(p *browsertest.Page, side string) {
	p.Await(onScreen(side))
	p.Click("#camera")
	p.Click("#shutter")
	p.Await(onScreen("preview"))
	p.Click("#use")
}

// sameAs compares a picture that Dossier holds with what the camera was shown:
// the mean difference of both, as small grey pictures, 0 to 255.
func (c *captured) sameAs(depiction string, shown image.Image) {
	c.t.Helper()
	got := c.call(c.token(), http.MethodGet, pathOf(c.ref())+"/images/"+depiction, "")
	held, err := jpeg.Decode(bytes.NewReader(got.body))
	if err != nil {
		c.t.Fatalf("%s: %d: %v", depiction, got.status, err)
	}
	a, b := small(held), small(browsertest.Framed(shown))
	sum := 0
	for i := range a.Pix {
		sum += max(int(a.Pix[i])-int(b.Pix[i]), int(b.Pix[i])-int(a.Pix[i]))
	}
	if mean := float64(sum) / float64(len(a.Pix)); mean > 6 {
		c.t.Errorf("%s is not what the camera was shown: it differs by %.1f", depiction, mean)
	}
}

func small(img image.Image) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 128, 72))
	draw.ApproxBiLinear.Scale(g, g.Rect, img, img.Bounds(), draw.Src, nil)
	return g
}

// moving gives a picture and the same one a little to the side: a film of one
// still picture is found out.
func moving(img image.Image) []image.Image {
	aside := image.NewRGBA(img.Bounds())
	draw.Draw(aside, aside.Rect, img, img.Bounds().Min.Add(image.Pt(img.Bounds().Dx()/20, 0)), draw.Src)
	return []image.Image{img, aside}
}

// pictureFile writes a specimen where a browser can choose it.
func pictureFile(t *testing.T, o specimen.Order) string {
	t.Helper()
	var b bytes.Buffer
	check(t, specimen.JPEG(&b, o))
	path := filepath.Join(t.TempDir(), "picture.jpg")
	check(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

const selfieOrder = `{"provider":"onfido","processType":"documentSelfie","processParameters":{"location":{"countryOfResidence":"NLD"}}}`

func TestCaptureByCamera(t *testing.T) {
	t.Parallel()
	s := newLookingStack(t)
	c := s.startCapture(selfieOrder, "")
	b := browsertest.New(t, browsertest.CameraAllowed)
	passport, selfie := picture(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1}), picture(t, specimen.Order{Type: specimen.Selfie})
	p := b.Open(browsertest.Phone(), c.URL)
	choosePassport(p)
	b.Show(passport)
	takePhoto(p, "front")
	b.Show(selfie)
	takePhoto(p, "selfie")
	p.Await(onScreen("review"))
	c.sameAs("front", passport)
	c.sameAs("selfie", selfie)
	p.Click("#submit")
	c.returned(p, underWay()...)
	c.quiet(p)
	if v := c.verdict(); v.Status != "accepted" {
		t.Errorf("%s: %s", v.Status, v.ProviderSpecific)
	}
}
