package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision"
)

// TestCaptureByUpload: a desktop hands over, and takes back what the phone has
// begun: either device can finish.
func TestCaptureByUpload(t *testing.T) {
	t.Parallel()
	s := newLookingStack(t)
	c := s.startCapture(selfieOrder, "")
	b := browsertest.New(t, browsertest.CameraMissing)
	p := b.Open(browsertest.Desktop(), c.URL)
	p.Click("#handover")
	p.Await(onScreen("handover"))
	phone := b.Open(browsertest.Phone(), c.URL+"#phone")
	phone.Choose("#document-country", "NLD")
	phone.Click("#type-passport")
	phone.Click("#next")
	phone.Await(onScreen("front"))
	p.Click("#stay")
	p.Await(onScreen("front"))
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1}))
	p.Click("#use")
	p.Await(onScreen("selfie"))
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Selfie}))
	p.Click("#use")
	p.Click("#submit")
	c.leaves(p, underWay()...)
	phone.Click("#cancel") // too late
	phone.Click("#ask-yes")
	phone.AwaitText("Please go on on your computer")
	c.quiet(p)
	if v := c.verdict(); v.Status != "accepted" {
		t.Errorf("%s: %s", v.Status, v.ProviderSpecific)
	}
}

func TestCaptureByVideo(t *testing.T) {
	t.Parallel()
	s := newLookingStack(t)
	c := s.startCapture(strings.Replace(selfieOrder, "documentSelfie", "documentVideo", 1), "")
	b := browsertest.New(t, browsertest.CameraAllowed)
	p := b.Open(browsertest.Phone(), c.URL)
	choosePassport(p)
	b.Show(picture(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1}))
	takePhoto(p, "front")
	b.Show(moving(picture(t, specimen.Order{Type: specimen.Selfie}))...)
	p.Await(onScreen("video"))
	p.Click("#camera")
	p.Click("#record")
	p.Click("#task-next")
	p.Click("#task-next")
	p.Click("#use")
	p.Click("#submit")
	c.leaves(p, underWay()...)
	c.quiet(p)
	if v := c.verdict(); v.Status != "accepted" {
		t.Errorf("%s: %s", v.Status, v.ProviderSpecific)
	}
	if film := c.call(c.token(), http.MethodGet, pathOf(c.ref())+"/video", ""); film.status != http.StatusOK || film.header.Get("Content-Type") != "video/webm" {
		t.Errorf("the film: %d %s", film.status, film.header.Get("Content-Type"))
	}
}

// TestCaptureConsent: who lives in the USA and shows their face is asked, and who
// declines ends the process (Assure contract section 10).
func TestCaptureConsent(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	c := s.startCapture(`{"provider":"onfido","processType":"documentSelfie"}`, "")
	p := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Phone(), c.URL)
	p.Click("#start")
	p.Choose("#country", "USA")
	p.Click("#next")
	p.Click("#decline")
	p.Click("#ask-yes")
	c.leaves(p, "failed")
	got := c.call(c.token(), http.MethodGet, pathOf(c.ref()), "").json(t)
	if reason, _ := got["failReason"].(map[string]any); got["status"] != "failed" || reason["type"] != "USER_CONSENT_DENIED" {
		t.Errorf("the process is %v", got)
	}

	other := s.startCapture(`{"provider":"onfido","processType":"document"}`, "")
	p.Goto(other.URL)
	p.Click("#start")
	p.Choose("#country", "USA")
	p.Click("#next")
	p.Await(onScreen("document")) // no face, no consent
}

func TestCaptureCameraTrouble(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	for camera, text := range map[browsertest.Camera]string{
		browsertest.CameraRefused: "The camera is not allowed", browsertest.CameraMissing: "No camera was found",
	} {
		t.Run(string(camera), func(t *testing.T) {
			t.Parallel()
			s := s.of(t)
			c := s.startCapture(strings.Replace(selfieOrder, "documentSelfie", "document", 1), "")
			p := browsertest.New(t, camera).Open(browsertest.Desktop(), c.URL)
			choosePassport(p)
			p.Click("#camera")
			p.AwaitText(text)
			p.Click("#again")
			p.AwaitText(text)
			for _, found := range p.Audit() {
				t.Error(found)
			}
			if camera == browsertest.CameraMissing {
				rarerTrouble(p)
			}
			p.Click("#choose") // the way on
			p.Await(onScreen("front"))
			p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1}))
			p.Click("#use")
			p.Click("#submit")
			c.leaves(p, underWay()...)
		})
	}
}

// rarerTrouble goes on from a camera in trouble through what no fake camera does.
// What the browser says then is W3C Media Capture and Streams section 10.1.1; a
// stream without a track never gives a picture.
func rarerTrouble(p *browsertest.Page) {
	fails := func(name string) string { return `() => Promise.reject(new DOMException("", "` + name + `"))` }
	for _, c := range [][2]string{
		{fails("NotReadableError"), "The camera is in use"},
		{fails("AbortError"), "The camera is in use"},
		{fails("OverconstrainedError"), "This camera does not fit"},
		{fails("SecurityError"), "The camera cannot be used here"},
		{`(wait => { window.setTimeout = (f, ms) => wait(f, ms === 5000 ? 0 : ms); return () => Promise.resolve(new MediaStream()) })(window.setTimeout)`, "The camera gives no picture"},
	} {
		p.Eval(`(f => { navigator.mediaDevices.getUserMedia = f; return 1 })(` + c[0] + `)`)
		p.Click("#again")
		p.AwaitText(c[1])
	}
}

// TestCaptureWantingPictures: a blurred picture and one of two people are found
// out before they are checked, each with its reason, and after some tries the
// end-user may insist.
func TestCaptureWantingPictures(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	c := s.startCapture(selfieOrder, "")
	b := browsertest.New(t, browsertest.CameraAllowed)
	p := b.Open(browsertest.Phone(), c.URL)
	choosePassport(p)
	b.Show(picture(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1, Flaws: []specimen.Flaw{specimen.Blurred}}))
	p.Click("#camera")
	p.AwaitText("The picture is not sharp")
	for range 2 { // maxRetries
		p.Click("#shutter")
		p.AwaitText("It is not sharp.")
		if p.Has("#use") {
			t.Error("a blurred picture may be used at once")
		}
		p.Click("#again")
	}
	p.Click("#shutter")
	p.Click("#use")

	b.Show(picture(t, specimen.Order{Type: specimen.Selfie, Flaws: []specimen.Flaw{specimen.TwoFaces}}))
	takePhoto(p, "selfie")
	p.AwaitText("more than one face")
	if got := c.call(c.token(), http.MethodGet, pathOf(c.ref())+"/images/selfie", ""); got.status != http.StatusNotFound {
		t.Errorf("the picture of two is kept: %d", got.status)
	}
	b.Show(picture(t, specimen.Order{Type: specimen.Selfie}))
	p.Click("#again")
	p.Click("#shutter")
	p.Click("#use")
	p.Await(onScreen("review"))
}

// TestCaptureReload: the page can be loaded again in every step and goes on where
// it was; so it does after a lost connection in the middle of an upload, and after
// it was told to wait.
func TestCaptureReload(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	c := s.startCapture(`{"provider":"onfido","processType":"documentSelfie"}`, "")
	p := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Phone(), c.URL)
	again := func(name string) {
		t.Helper()
		p.Await(onScreen(name))
		p.Reload()
		p.Await(onScreen(name))
	}
	again("prepare")
	p.Click("#start")
	again("residence")
	p.Choose("#country", "USA")
	p.Click("#next")
	again("consent")
	p.Click("#agree")
	again("document")
	p.Choose("#document-country", "NLD")
	p.Click("#type-identityCard")
	p.Click("#next")
	again("front")
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.IDCard, Country: "NLD", Level: 1}))
	p.Await(onScreen("preview"))
	p.Offline(true)
	p.Click("#use")
	p.AwaitText("The connection is lost")
	p.Offline(false)
	again("back")
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.IDCard, Country: "NLD", Side: specimen.Back, Level: 1}))
	p.Click("#use")
	again("selfie")
	p.Upload("#file", pictureFile(t, specimen.Order{Type: specimen.Selfie}))
	p.Refuse("*/images/selfie", http.StatusTooManyRequests, 1, func() { p.Click("#use") })
	p.AwaitText("There are too many requests just now")
	again("review")
	p.Click("#submit")
	c.leaves(p, underWay()...)
	verdict := c.verdict()
	p.Goto(c.URL) // the link, used twice
	p.AwaitText("Thank you")
	c.leaves(p, verdict.Status)
}

// TestCaptureDeadLinks: a link dies with its dossier, and nothing tells it from
// one that never was.
func TestCaptureDeadLinks(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	c := s.startCapture(selfieOrder, "")
	p := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Phone(), c.URL)
	p.Await("#start")
	if got := s.call(s.token(), http.MethodDelete, "/assure/dossiers/"+c.DossierID, ""); got.status != http.StatusNoContent {
		t.Fatalf("delete the dossier: %d", got.status)
	}
	p.Click("#start")
	p.AwaitText("This link does not work any more")
	p.Reload()
	p.AwaitText("This link does not work any more")
	never := s.call("", http.MethodGet, "/capture/go/"+strings.Repeat("A", 43), "")
	gone := s.call("", http.MethodGet, strings.TrimPrefix(c.URL, s.url), "")
	if never.status != http.StatusNotFound || gone.status != never.status || string(gone.body) != string(never.body) {
		t.Errorf("%d and %d, or their pages differ", gone.status, never.status)
	}
}

// TestCaptureHandover: a desktop shows a code, the phone that reads it takes the
// pictures, and the desktop follows to the end.
func TestCaptureHandover(t *testing.T) {
	t.Parallel()
	s := newPagesStack(t)
	c := s.startCapture(selfieOrder, "")
	b := browsertest.New(t, browsertest.CameraAllowed)
	desktop := b.Open(browsertest.Desktop(), c.URL)
	desktop.Click("#handover")
	desktop.AwaitText("Waiting for your phone")
	link, _ := desktop.Eval(`document.querySelector(".link a").href`).(string)
	if got := readCode(t, desktop); got != link || !strings.HasPrefix(link, c.URL+"#") {
		t.Fatalf("the code says %q, the link %q", got, link)
	}
	phone := b.Open(browsertest.Phone(), link)
	desktop.AwaitText("Your phone is connected")
	phone.Await(onScreen("document"))
	phone.Choose("#document-country", "NLD")
	phone.Click("#type-passport")
	phone.Click("#next")
	b.Show(picture(t, specimen.Order{Type: specimen.Passport, Country: "NLD", Level: 1}))
	takePhoto(phone, "front")
	b.Show(picture(t, specimen.Order{Type: specimen.Selfie}))
	takePhoto(phone, "selfie")
	phone.Click("#submit")
	phone.AwaitText("Please go on on your computer")
	c.leaves(desktop, underWay()...)
	if v := c.verdict(); v.Status != "accepted" {
		t.Errorf("%s: %s", v.Status, v.ProviderSpecific)
	}
}

// readCode reads the QR code off a page's picture.
func readCode(t *testing.T, p *browsertest.Page) string {
	t.Helper()
	reader, err := vision.New()
	check(t, err)
	reading, err := reader.Read(t.Context(), p.Picture(), vision.Options{})
	check(t, err)
	if reading.Barcode == nil {
		t.Fatal("no code is to be read on the page")
	}
	return reading.Barcode.Text
}
