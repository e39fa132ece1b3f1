package main

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/image/draw"

	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/specimen"
)

// screenshotsVariable names the folder that `make screenshots` wants pictures in.
const screenshotsVariable = "DOSSIER_SCREENSHOTS"

// gallery looks at every screen that a page shows.
type gallery struct {
	*browsertest.Page
	t      *testing.T
	device string
	n      int
}

// look waits for a screen, lets axe-core judge it, holds it to the width of the
// device, and keeps a picture of it if somebody wants one.
func (g *gallery) look(selector, name string) {
	g.t.Helper()
	g.Await(selector)
	g.n++
	for _, found := range g.Audit() {
		g.t.Errorf("%s, %s: %s", g.device, name, found)
	}
	if wide := g.Eval("document.documentElement.scrollWidth - innerWidth"); wide != 0.0 {
		g.t.Errorf("%s, %s: %v pixels wider than the window", g.device, name, wide)
	}
	if folder := os.Getenv(screenshotsVariable); folder != "" {
		g.Screenshot(folder, fmt.Sprintf("%s-%02d-%s", g.device, g.n, name))
	}
}

func TestEveryScreen(t *testing.T) {
	t.Parallel()
	for name, device := range map[string]browsertest.Device{"phone": browsertest.Phone(), "desktop": browsertest.Desktop()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPagesStack(t).of(t)
			b := browsertest.New(t, browsertest.CameraAllowed)
			s.showroom(b, device, name)
		})
	}
}

// showroom walks through every screen there is.
func (s *stack) showroom(b *browsertest.Browser, device browsertest.Device, name string) {
	t := s.t
	profile := s.configuration(`{"showDocumentInstructionsScreen":true,"enableOrientationConfirmation":true,"maxRetries":0,"showModalBeforeRedirect":true}`)
	c := s.startCapture(`{"provider":"onfido","processType":"documentVideo"}`, `,"captureParameters":{"uiProfile":"`+profile+`"}`)
	g := &gallery{Page: b.Open(device, c.URL), t: t, device: name}
	g.look(onScreen("prepare"), "prepare")
	if name == "desktop" {
		g.Click("#handover")
		g.look(onScreen("handover"), "handover")
		g.Click("#stay")
	} else {
		g.Click("#start")
	}
	g.look(onScreen("residence"), "residence")
	g.Choose("#country", "USA")
	g.Click("#next")
	g.look(onScreen("consent"), "consent")
	g.Click("#decline")
	g.look("dialog[open]", "decline")
	g.Click("#ask-no")
	g.Click("#agree")
	g.look(onScreen("document"), "document-country")
	g.Choose("#document-country", "NLD")
	g.look("#type-identityCard", "document-type")
	g.Click("#type-identityCard")
	g.Click("#next")
	g.look(onScreen("instructions"), "instructions")
	g.Click("#next")
	g.look(onScreen("front"), "front")
	b.Show(plain(color.Black))
	g.Click("#camera")
	g.Until(`document.querySelector(".hint").dataset.name === "hintDark"`)
	g.look(onScreen("camera"), "camera-dark")
	g.Click("#shutter")
	g.look(".faults", "found-wanting")
	b.Show(picture(t, specimen.Order{Type: specimen.IDCard, Country: "NLD", Level: 1}))
	g.Click("#again")
	g.Until(`document.querySelector(".hint.good")`)
	g.look(onScreen("camera"), "camera-good")
	g.Click("#shutter")
	g.look(onScreen("preview"), "preview")
	g.Click("#upright")
	g.Click("#use")
	g.look(onScreen("back"), "back")
	b.Show(picture(t, specimen.Order{Type: specimen.IDCard, Country: "NLD", Side: specimen.Back, Level: 1}))
	g.Click("#camera")
	g.Click("#shutter")
	g.Click("#upright")
	g.Click("#use")
	s.film(g, b)
	g.look(onScreen("review"), "review")
	g.Click("#submit")
	g.look("dialog[open]", "done")
	s.deadEnds(g)
}

// film shows the screens of a video.
func (s *stack) film(g *gallery, b *browsertest.Browser) {
	g.look(onScreen("video"), "video")
	b.Show(picture(s.t, specimen.Order{Type: specimen.Selfie}))
	g.Click("#camera")
	g.Await("#record:enabled")
	g.look(onScreen("film"), "video-frame")
	g.Click("#record")
	g.look("#task", "video-task")
	g.Click("#task-next")
	g.look("#task", "video-second-task")
	g.Click("#task-next")
	g.look(onScreen("watch"), "video-check")
	g.Click("#use")
}

// deadEnds shows where no link leads on.
func (s *stack) deadEnds(g *gallery) {
	g.Goto(s.url + "/capture/go/nothing")
	g.look("h1", "dead-link")
	c := s.startCapture(selfieOrder, "")
	g.Goto(c.URL)
	g.Click("#cancel")
	g.look("dialog[open]", "cancel")
	g.Click("#ask-yes")
	g.look(onScreen("ended"), "canceled")
	c.leaves(g.Page, "canceled")
}

// configuration stores a capture configuration and gives its id.
func (s *stack) configuration(body string) string {
	s.t.Helper()
	id := uuid.NewString()
	got := s.call(s.token(), "POST", "/assure/capture/configurations/"+id, body)
	if got.status != 201 {
		s.t.Fatalf("create a capture configuration: %d %s", got.status, got.body)
	}
	return id
}

// plain is a picture of one colour.
func plain(c color.Color) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 640, 360))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}
