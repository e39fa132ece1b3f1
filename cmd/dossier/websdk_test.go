package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/browsertest"
	"github.com/dossier-id/dossier/internal/sandbox"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision"
)

// Onfido's Web SDK 6.4.0, the last version under the MIT licence. It is fetched
// for these tests and never part of anything of ours.
const (
	webSDK    = "onfido-sdk-ui@6.4.0"
	webSDKSum = "57e7a8505bac4a303cfa38b4ce9ceb8e44a254ebb887c0d31688511cd47f9f08"
)

// webSDKArchive gives the path of the package, fetched once by npm and held to
// its sum.
func webSDKArchive(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "dossier", "websdk")
	file := filepath.Join(folder, webSDKSum+".tgz")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	check(t, os.MkdirAll(folder, 0o750))
	fresh, err := os.MkdirTemp(folder, ".new-*") //nolint:usetesting // it is renamed, so it must lie beside its final place
	check(t, err)
	defer func() { check(t, os.RemoveAll(fresh)) }()
	npm := exec.CommandContext(t.Context(), "npm", "pack", "--silent", "--pack-destination", fresh, webSDK)
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm pack %s (%v):\n%s", webSDK, err, out)
	}
	packed := filepath.Join(fresh, "onfido-sdk-ui-6.4.0.tgz")
	content, err := os.ReadFile(packed)
	check(t, err)
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != webSDKSum {
		t.Fatalf("%s has the sum %x", webSDK, sum)
	}
	check(t, os.Rename(packed, file))
	return file
}

// webSDKFiles are the files of its dist folder by name.
func webSDKFiles(t *testing.T) map[string][]byte {
	t.Helper()
	file, err := os.Open(webSDKArchive(t))
	check(t, err)
	defer file.Close()
	packed, err := gzip.NewReader(file)
	check(t, err)
	files, in := map[string][]byte{}, tar.NewReader(packed)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		check(t, err)
		if path.Dir(header.Name) == "package/dist" {
			files[path.Base(header.Name)], err = io.ReadAll(in)
			check(t, err)
		}
	}
}

// nativeStack is a stack whose pages take the Web SDK from another origin on
// loopback.
func nativeStack(t *testing.T) *stack {
	t.Helper()
	files := webSDKFiles(t)
	types := map[string]string{".js": "text/javascript", ".css": "text/css"}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		w.Header().Set("Content-Type", types[path.Ext(name)])
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(files[name])
	}))
	t.Cleanup(host.Close)
	return newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly},
		"DOSSIER_ONFIDO_SDK_URL", host.URL+"/onfido.min.js", "DOSSIER_ONFIDO_SDK_STYLE", host.URL+"/style.css")
}

// nativeFlow starts a flow with Onfido's SDK, for somebody of whom the residence is
// known or not, and gives its link.
func (s *stack) nativeFlow(processType string, location, settings map[string]any) (ref client.Ref, link string) {
	s.t.Helper()
	settings["showPrerequisitesScreen"] = false
	body, err := json.Marshal(settings)
	check(s.t, err)
	d, err := s.api.CreateDossier(s.t.Context(), "")
	check(s.t, err)
	order, err := json.Marshal(map[string]any{
		"providers": []any{map[string]any{"provider": "onfido", "processType": processType, "processParameters": map[string]any{"location": location}}},
		"sdk":       "native", "redirectUrl": s.url + "/healthz", "captureParameters": map[string]any{"uiProfile": s.configuration(string(body))},
	})
	check(s.t, err)
	started := s.call(s.token(), http.MethodPost, "/assure/dossiers/"+d.DossierID+"/capture", string(order))
	if started.status != 201 {
		s.t.Fatalf("capture: %d %s", started.status, started.body)
	}
	flow := started.json(s.t)
	return client.Ref{DossierID: d.DossierID, ProcessID: flow["processId"].(string)}, flow["url"].(string)
}

// TestTheRealWebSDK walks through Onfido's own Web SDK in our page, against the
// sandbox: a document by file, a selfie by camera.
func TestTheRealWebSDK(t *testing.T) {
	t.Parallel()
	s := nativeStack(t)
	ref, link := s.nativeFlow("documentSelfie", inTheNetherlands(), map[string]any{"documentTypes": []string{"passport"}, "onfidoConfig": map[string]any{"language": "en_US"}})
	b := browsertest.New(t, browsertest.CameraAllowed)
	face, err := specimen.Draw(specimen.Default(specimen.Selfie))
	check(t, err)
	b.Show(face)
	page := b.Open(browsertest.Desktop(), link)
	s.giveDocument(page)
	clickText(page, "Continue")
	clickText(page, "Take a photo")
	page.AwaitText("Check selfie")
	clickText(page, "Confirm")
	s.wantReturn(page, ref)

	p, err := s.api.WaitForResult(t.Context(), ref, nil)
	check(t, err)
	if p.Status != "accepted" || !slices.Equal(p.Depictions, []string{"front", "selfie"}) {
		t.Fatalf("%s with %v", p.Status, p.Depictions)
	}
	if got := s.call(s.token(), http.MethodGet, pathOf(ref)+"/images/front", ""); !bytes.Equal(got.body, specimenFile(t, "front")) {
		t.Errorf("the front is not the file that was chosen: %d bytes", len(got.body))
	}
	faces, err := vision.NewFaceCounter()
	check(t, err)
	selfie := s.call(s.token(), http.MethodGet, pathOf(ref)+"/images/selfie", "")
	if n, err := faces.Count(t.Context(), selfie.body); n != 1 || err != nil {
		t.Errorf("the selfie shows %d faces, %v", n, err)
	}
	s.wantQuiet(page)
}

// TestTheRealWebSDKFilms lets the SDK record a film of a challenge.
func TestTheRealWebSDKFilms(t *testing.T) {
	t.Parallel()
	s := nativeStack(t)
	ref, link := s.nativeFlow("documentVideo", inTheNetherlands(), map[string]any{"documentTypes": []string{"passport"}})
	page := browsertest.New(t, browsertest.CameraAllowed).Open(browsertest.Desktop(), link)
	s.giveDocument(page)
	clickText(page, "Continue")
	clickText(page, "Start recording")
	awaitFilm(page)
	clickText(page, "Next")
	awaitFilm(page)
	clickText(page, "Stop recording")
	page.AwaitText("Check selfie video")
	clickText(page, "Confirm")
	s.wantReturn(page, ref)
	p, err := s.api.WaitForResult(t.Context(), ref, nil)
	check(t, err)
	film := s.call(s.token(), http.MethodGet, pathOf(ref)+"/video", "")
	if p.Status != "accepted" || film.status != 200 || film.header.Get("Content-Type") != "video/webm" || len(film.body) < 10_000 {
		t.Errorf("%s; film %d, %s, %d bytes", p.Status, film.status, film.header.Get("Content-Type"), len(film.body))
	}
	s.wantQuiet(page)
}

// giveDocument chooses a file for the passport that the SDK asks for.
func (s *stack) giveDocument(page *browsertest.Page) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "front.jpg")
	check(s.t, os.WriteFile(file, specimenFile(s.t, "front"), 0o600))
	clickText(page, "or upload photo")
	page.Upload("input[type=file]", file)
	page.AwaitText("Check your image")
	clickText(page, "Confirm")
}

// wantReturn waits until the browser is back at the customer's.
func (s *stack) wantReturn(page *browsertest.Page, ref client.Ref) {
	s.t.Helper()
	page.Until("location.pathname === '/healthz'")
	back, err := url.Parse(page.URL())
	check(s.t, err)
	q := back.Query()
	if q.Get("dossierId") != ref.DossierID || q.Get("processId") != ref.ProcessID || q.Get("status") != "processing" {
		s.t.Errorf("back with %s", back.RawQuery)
	}
}

// wantQuiet demands that the page asked nobody but us, the SDK's host and Onfido,
// that its policy stopped nothing that the SDK needs, and that Onfido heard no
// more of the page's address than its origin: the rest is the secret.
func (s *stack) wantQuiet(page *browsertest.Page) {
	s.t.Helper()
	for _, address := range page.Asked() {
		if !strings.HasPrefix(address, "http://127.0.0.1:") && !strings.HasPrefix(address, "data:") && !strings.HasPrefix(address, "blob:http://127.0.0.1:") {
			s.t.Errorf("the page asked %s", address)
		}
	}
	for _, complaint := range page.Complaints() {
		if strings.Contains(complaint, "Content Security Policy") {
			s.t.Error(complaint)
		}
	}
	heard := 0
	for _, r := range s.heardOfSDK() {
		if heard++; r.Headers["Referer"] != s.url+"/" {
			s.t.Errorf("%s came from %q", r.Path, r.Headers["Referer"])
		}
	}
	if heard == 0 {
		s.t.Error("Onfido heard nothing from a page")
	}
}

type heardRequest struct {
	Path    string
	Headers map[string]string
}

// heardOfSDK lists the requests of pages that the sandbox has answered.
func (s *stack) heardOfSDK() (found []heardRequest) {
	s.t.Helper()
	var all struct{ Requests []heardRequest }
	check(s.t, json.Unmarshal(s.atControl("/sandbox/requests").body, &all))
	for _, r := range all.Requests {
		if r.Headers["Origin"] != "" {
			found = append(found, r)
		}
	}
	return found
}

// TestNoWebSDK: our page asks what it has to, and says itself what is not there.
func TestNoWebSDK(t *testing.T) {
	t.Parallel()
	nobody, err := listen(t.Context(), "127.0.0.1:0")
	check(t, err)
	check(t, nobody.Close())
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{CompleteAfter: quickly},
		"DOSSIER_ONFIDO_SDK_URL", "http://"+nobody.Addr().String()+"/Onfido.js")
	ref, link := s.nativeFlow("documentSelfie", map[string]any{}, map[string]any{})
	page := browsertest.New(t, browsertest.CameraMissing).Open(browsertest.Phone(), link)
	page.Choose("#country", "USA")
	clickText(page, "Continue")
	page.AwaitText("Your consent")
	if heard := s.heardOfSDK(); len(heard) > 0 {
		t.Errorf("Onfido heard of it before: %v", heard)
	}
	clickText(page, "I agree")
	page.AwaitText("The verification service cannot be reached just now")
	page.Await("main button")
	got := s.call("", http.MethodPost, strings.TrimPrefix(link, s.url)+"/submit", "{}", "Content-Type", "application/json")
	if p, err := s.api.GetProcess(t.Context(), ref); err != nil || p.Status != "pending" || got.status != 400 || got.json(t)["code"] != "images_missing" {
		t.Errorf("a page that claims to be done: %d %s; %v", got.status, got.body, err)
	}
}

func inTheNetherlands() map[string]any { return map[string]any{"countryOfResidence": "NLD"} }

// awaitFilm waits until the camera has shown a second more.
func awaitFilm(p *browsertest.Page) {
	p.Until(`(() => {
		const shown = document.querySelector("video").currentTime
		window.shownAtFirst ??= shown
		if (shown < window.shownAtFirst + 1) return false
		delete window.shownAtFirst
		return true
	})()`)
}

// clickText clicks the button or link with a text or label, once it is there.
func clickText(p *browsertest.Page, text string) {
	p.Until(`(() => {
		const found = [...document.querySelectorAll("button, a")].find((e) => e.offsetParent && !e.disabled && (e.innerText + e.ariaLabel).includes(` + strconv.Quote(text) + `))
		found?.click()
		return found
	})()`)
}
