package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

var errDown = errors.New("the provider is down")

// order makes a pending process on a path.
func (d *desk) order(path idv.Path, kind idv.ProcessType) idv.ProcessKey {
	d.t.Helper()
	dossier, err := d.CreateDossier(d.t.Context(), tenant, "")
	check(d.t, err)
	v, err := d.CreateProcess(d.t.Context(), tenant, dossier.ID, &idv.Process{
		Provider: idv.ProviderOnfido, Type: kind, DocumentType: idv.Passport, Path: path, Location: idv.Location{Country: "NLD"},
	})
	check(d.t, err)
	return idv.ProcessKey{Tenant: tenant, Dossier: dossier.ID, Process: v.ID}
}

func TestAnAppIsAdmittedOrThereIsNoProcess(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dossier, err := d.CreateDossier(t.Context(), tenant, "")
	check(t, err)
	for name, c := range map[string]struct {
		answer error
		want   idv.Code
	}{
		"admitted": {nil, ""},
		"refused":  {idv.LocationUnresolvable(), idv.CodeLocationUnresolvable},
		"down":     {errDown, idv.CodeProviderUnavailable},
		"busy":     {&idv.Later{After: time.Minute, Err: errDown}, idv.CodeProviderUnavailable},
	} {
		d.provider.admit = func(made idv.Case, to idv.Software) (idv.Personal, error) {
			if to != (idv.Software{AppID: "com.example.app"}) || made.Process.Path != idv.PathSDK {
				t.Errorf("%s: %+v for %+v", name, to, made.Process)
			}
			return "token", c.answer
		}
		v, token, err := d.EnsureAppProcess(t.Context(), tenant, dossier.ID, "", &idv.Process{
			Provider: idv.ProviderOnfido, Type: idv.TypeDocument, Path: idv.PathSDK, MobileAppID: "com.example.app",
		})
		if idv.CodeOf(err) != c.want || (err == nil) != (v != nil && token == "token") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var left []*idv.Process
	check(t, d.db.View(t.Context(), func(r idv.Reader) (err error) {
		left, err = r.Processes(t.Context(), tenant, dossier.ID)
		return err
	}))
	if len(left) != 1 {
		t.Errorf("%d processes, want the admitted one", len(left))
	}
}

// TestTheAppIsAdmittedOnce: a second request while the first talks to the
// provider is told so, and takes nothing away from it.
func TestTheAppIsAdmittedOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.order(idv.PathSDK, idv.TypeDocument)
	d.provider.admit = func(idv.Case, idv.Software) (idv.Personal, error) {
		_, err := d.Admit(t.Context(), k, idv.Software{})
		if idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("at the same time: %v", err)
		}
		return "token", nil
	}
	if token, err := d.Admit(t.Context(), k, idv.Software{}); err != nil || token != "token" {
		t.Error(err)
	}
	_, err := d.Cancel(t.Context(), k)
	check(t, err)
	if _, err := d.Admit(t.Context(), k, idv.Software{}); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("a canceled process: %v", err)
	}
}

var film = append([]byte("\x1a\x45\xdf\xa3"), bytes.Repeat([]byte("film"), 1000)...)

func TestAFilmAnswersTheLastChallenge(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.order(idv.PathCapture, idv.TypeDocumentVideo)
	if _, err := d.Pose(t.Context(), k); d.TakesFilms() || idv.CodeOf(err) != idv.CodeNotSupported {
		t.Errorf("a provider that takes no films: %v", err)
	}
	posed := 0
	d.provider.pose = func() (idv.Challenge, error) {
		posed++
		return idv.Challenge{Ref: fmt.Sprintf("c%d", posed), Tasks: []idv.Task{{Kind: idv.TaskTurn, Side: idv.Right}}}, nil
	}
	send := func(challenge string, content []byte) error {
		return d.SetVideo(t.Context(), k, service.FilmAnswer{Challenge: challenge, SwitchedAt: time.Second, Language: "de"}, bytes.NewReader(content))
	}
	if err := send("c1", film); idv.CodeOf(err) != idv.CodeInvalid {
		t.Errorf("before any challenge: %v", err)
	}
	for range 2 {
		_, err := d.Pose(t.Context(), k)
		check(t, err)
	}
	large := append(bytes.Clone(film), make([]byte, idv.MaxFilmBytes)...)
	for name, c := range map[string]struct {
		challenge string
		content   []byte
		want      idv.Code
	}{
		"the challenge before": {"c1", film, idv.CodeInvalid},
		"no film":              {"c2", []byte("\xff\xd8\xff\xe0 a picture"), idv.CodeUnsupportedImage},
		"nothing":              {"c2", nil, idv.CodeUnsupportedImage},
		"too large":            {"c2", large, idv.CodeTooLarge},
	} {
		if err := send(c.challenge, c.content); idv.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := d.Video(t.Context(), k); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("what was refused is kept: %v", err)
	}
	check(t, send("c2", film))
	i, body, err := d.Video(t.Context(), k)
	check(t, err)
	if got := read(t, body); !bytes.Equal(got, film) || i.MediaType != idv.MediaWebM || i.Size != int64(len(film)) {
		t.Errorf("kept %+v, %d bytes", i, len(got))
	}
	check(t, send("c2", film)) // the end-user has done it once more
	if jobs := d.queue.take(idv.JobEraseBlobs); len(jobs) != 1 || jobs[0].Ref != i.Blob {
		t.Errorf("the film before is to be erased by %v", jobs)
	}
	d.provider.pose = func() (idv.Challenge, error) { return idv.Challenge{}, errDown }
	if _, err := d.Pose(t.Context(), k); idv.CodeOf(err) != idv.CodeProviderUnavailable {
		t.Errorf("a provider that is down: %v", err)
	}
}

// accepted is a provider's last word.
func accepted(context.Context, idv.Case) (idv.Progress, error) {
	return idv.Progress{Verdict: &idv.Verdict{Status: idv.StatusAccepted, Final: &idv.FinalResult{}, ProviderSpecific: idv.PersonalJSON(`{}`)}}, nil
}

// TestTheImagesOfTheProviderAreKept, each as it comes, also when the next one
// does not come at first. What is no picture stays where it is.
func TestTheImagesOfTheProviderAreKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.order(idv.PathSDK, idv.TypeDocumentVideo)
	_, err := d.Start(t.Context(), k)
	check(t, err)
	d.provider.advance = accepted
	d.provider.fetch = func(ctx context.Context, c idv.Case, keep idv.Keep) error {
		if len(c.Images) > 0 {
			return keep(ctx, idv.Video, bytes.NewReader(film))
		}
		check(t, keep(ctx, idv.Back, strings.NewReader("%PDF-1.7 no picture")))
		check(t, keep(ctx, idv.Front, bytes.NewReader(passport())))
		return keep(ctx, idv.Video, io.MultiReader(bytes.NewReader(film[:100]), broken{}))
	}
	if again, err := d.advance(k); err != nil || again <= 0 || d.status(k) != idv.StatusProcessing {
		t.Fatalf("a film that is cut off: again in %v, %v", again, err)
	}
	if again, err := d.advance(k); err != nil || again != 0 {
		t.Fatalf("again in %v, %v", again, err)
	}
	v, err := d.Process(t.Context(), k)
	check(t, err)
	if v.Status != idv.StatusAccepted || len(v.Images) != 1 || v.Images[0].Depiction != idv.Front || v.Video == nil || v.Video.Size != int64(len(film)) {
		t.Errorf("%s with %+v and %+v", v.Status, v.Images, v.Video)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errDown }

// TestTheVerdictIsWorthMoreThanTheImages: it waits for them, but not for ever.
func TestTheVerdictIsWorthMoreThanTheImages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.order(idv.PathSDK, idv.TypeDocument)
	_, err := d.Start(t.Context(), k)
	check(t, err)
	d.clock.turn(2 * time.Hour) // as long as the check may take: it is not held against the images
	d.provider.advance = accepted
	d.provider.fetch = func(context.Context, idv.Case, idv.Keep) error { return errDown }
	waited := time.Duration(0)
	for d.status(k) == idv.StatusProcessing {
		again, err := d.advance(k)
		check(t, err)
		d.clock.turn(again)
		if waited += again; waited > time.Hour {
			t.Fatal("the verdict waits for ever")
		}
	}
	if d.status(k) != idv.StatusAccepted || waited < 10*time.Minute {
		t.Errorf("%s after %v", d.status(k), waited)
	}
}
