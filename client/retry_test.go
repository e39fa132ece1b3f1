package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

// stubborn makes a client that tries three times, and a server that answers the
// steps one by one; it notes the key of each request, and the pauses.
func stubborn(t *testing.T, steps ...string) (c *client.Client, keys *[]string, pauses *[]time.Duration) {
	t.Helper()
	keys, pauses = new([]string), new([]time.Duration)
	n := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		*keys = append(*keys, r.Header.Get("Idempotency-Key"))
		step := steps[min(n, len(steps)-1)]
		n++
		switch step {
		case "ok":
			_, _ = io.WriteString(w, `{"dossierId":"d1"}`)
		case "cut":
			panic(http.ErrAbortHandler)
		case "busy":
			w.Header().Set("Retry-After", "1")
			problem(w, 409, "conflict", "the first request with this Idempotency-Key is still being answered")
		case "503", "404", "409", "422":
			var status int
			_, _ = fmt.Sscan(step, &status)
			problem(w, status, "x", "as the script says")
		}
	})
	cfg := s.config()
	cfg.Tries = 0
	cfg.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	cfg.Sleep = func(_ context.Context, d time.Duration) error { *pauses = append(*pauses, d); return nil }
	return dial(t, cfg), keys, pauses
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []string
		call  func(context.Context, *client.Client) error
		tries int
		fails bool
	}{
		"a POST whose answer is lost":  {[]string{"cut", "busy", "ok"}, create, 3, false},
		"a server that restarts":       {[]string{"503", "ok"}, create, 2, false},
		"a server that stays down":     {[]string{"503"}, create, 3, true},
		"a refusal":                    {[]string{"422"}, create, 1, true},
		"a state that does not allow":  {[]string{"409"}, create, 1, true},
		"a GET":                        {[]string{"cut", "503", "ok"}, get, 3, false},
		"a deletion that was done":     {[]string{"cut", "404"}, remove, 2, false},
		"a deletion of what never was": {[]string{"404"}, remove, 1, true},
	} {
		api, keys, pauses := stubborn(t, c.steps...)
		err := c.call(t.Context(), api)
		if (err != nil) != c.fails || len(*keys) != c.tries || len(*pauses) != c.tries-1 {
			t.Errorf("%s: %v after %d tries with pauses %v", name, err, len(*keys), *pauses)
		}
		if len(slices.Compact(*keys)) != 1 {
			t.Errorf("%s: the tries have the keys %v", name, *keys)
		}
	}
}

func create(ctx context.Context, c *client.Client) error { return second(c.CreateDossier(ctx, "")) }
func get(ctx context.Context, c *client.Client) error    { return second(c.GetDossier(ctx, "d1")) }
func remove(ctx context.Context, c *client.Client) error { return c.DeleteDossier(ctx, "d1") }

func TestEachPOSTHasItsKey(t *testing.T) {
	t.Parallel()
	c, keys, _ := stubborn(t, "ok")
	own := client.WithIdempotencyKey(t.Context(), "order-17")
	err := errors.Join(create(t.Context(), c), create(t.Context(), c), create(own, c), create(own, c), get(own, c))
	if err != nil {
		t.Fatal(err)
	}
	k := *keys
	if len(k[0]) != 32 || k[0] == k[1] || k[2] != "order-17" || k[3] != "order-17" || k[4] != "" {
		t.Errorf("keys %v", k)
	}
}

func TestImagesAreOpenedForEachTry(t *testing.T) {
	t.Parallel()
	c, keys, _ := stubborn(t, "503", "cut", "ok")
	opened := 0
	image := client.Image{Depiction: "front", Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader("\xff\xd8\xff\xe0")), nil
	}}
	if err := c.SetImages(t.Context(), ref, image); err != nil || opened != 3 || len(*keys) != 3 {
		t.Errorf("%v, opened %d times for %d tries", err, opened, len(*keys))
	}
}

// TestListsGoOn: a link says where the next page begins and never where the
// request goes.
func TestListsGoOn(t *testing.T) {
	t.Parallel()
	var asked []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("after"))
		switch r.URL.Query().Get("after") {
		case "":
			w.Header().Set("Link", `<https://evil.example/assure/dossiers?after=c1&limit=200>; rel="next"`)
			_, _ = io.WriteString(w, `[{"dossierId":"d1"},{"dossierId":"d2"}]`)
		case "c1":
			w.Header().Set("Link", `</assure/dossiers?after=c2>; rel="next"`)
			_, _ = io.WriteString(w, `[{"dossierId":"d3"}]`)
		default:
			problem(w, 400, "invalid_request", "after")
		}
	})
	var got []string
	var last error
	for d, err := range dial(t, s.config()).Dossiers(t.Context(), "") {
		if last = err; err == nil {
			got = append(got, d.DossierID)
		}
	}
	if !slices.Equal(got, []string{"d1", "d2", "d3"}) || !slices.Equal(asked, []string{"", "c1", "c2"}) || last == nil {
		t.Errorf("got %v, asked for %v, ended by %v", got, asked, last)
	}
}

func TestUnchangedDocumentTypes(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, `[{"country":"NLD","type":"driversLicense","sides":2,"extraDrivingLicenseData":true}]`)
	})
	c := dial(t, s.config())
	first, err1 := c.DocumentTypes(t.Context(), client.DocumentTypeFilter{})
	again, err2 := c.DocumentTypes(t.Context(), client.DocumentTypeFilter{Known: first.ETag})
	if err := errors.Join(err1, err2); err != nil || len(first.Types) != 1 || !first.Types[0].ExtraDrivingLicenseData || first.Unchanged || !again.Unchanged {
		t.Errorf("%+v, then %+v, %v", first, again, err)
	}
}
