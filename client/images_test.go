package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"go.uber.org/goleak"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/dataurl"
)

var ref = client.Ref{DossierID: "d1", ProcessID: "p1"}

func TestSetImagesStreamsDataURLs(t *testing.T) {
	t.Parallel()
	jpeg, png := "\xff\xd8\xff\xe0"+strings.Repeat("j", 100_000), "\x89PNG\r\n\x1a\n"+strings.Repeat("p", 3000)
	file := filepath.Join(t.TempDir(), "front.bin")
	if err := os.WriteFile(file, []byte(jpeg), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		err := dataurl.Read(r.Body, []string{"front", "back", "selfie"}, func(key, mediaType string, body io.Reader) error {
			all, err := io.ReadAll(body)
			got = append(got, key, mediaType, string(all))
			return err
		})
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	err := dial(t, s.config()).SetImages(t.Context(), ref,
		client.FromFile("front", file), client.Bytes("back", []byte(png)), client.Bytes("selfie", []byte("just text")))
	want := []string{
		"PUT", "/assure/dossiers/d1/processes/p1/images", "application/json",
		"front", "image/jpeg", jpeg, "back", "image/png", png, "selfie", "text/plain", "just text",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("error %v, %d parts", err, len(got))
	}
}

func TestSetImagesSendsThemAgainAfter401(t *testing.T) {
	t.Parallel()
	var size int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			size, _ = io.Copy(io.Discard, r.Body)
		}
		_, _ = io.WriteString(w, "{}")
	})
	c := dial(t, s.config())
	if _, err := c.GetDossier(t.Context(), "d1"); err != nil {
		t.Fatal(err)
	}
	s.revoke()
	err := c.SetImages(t.Context(), ref, client.Bytes("front", make([]byte, 3_000_000)))
	if err != nil || size < 4_000_000 || s.given() != 2 {
		t.Errorf("error %v, %d bytes at the second try", err, size)
	}
}

func TestSetImagesSaysWhichCannotBeRead(t *testing.T) {
	t.Parallel()
	s := serve(t, ok(""))
	broken := client.Image{Depiction: "back", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.ErrReader(io.ErrClosedPipe)), nil
	}}
	late := client.Image{Depiction: "back", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 9000)), iotest.ErrReader(io.ErrClosedPipe))), nil
	}}
	for want, image := range map[string]client.Image{
		"opening front: open":               client.FromFile("front", filepath.Join(t.TempDir(), "none.jpg")),
		"reading back: ":                    broken,
		"writing back as a data URL: io: r": late,
	} {
		err := dial(t, s.config()).SetImages(t.Context(), ref, image)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// A server that refuses before it has read all leaves neither a goroutine nor an
// open file behind.
func TestRefusedUploadLeavesNothingOpen(t *testing.T) { //nolint:paralleltest // counts the goroutines of the process
	running := goleak.IgnoreCurrent()
	closed := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { problem(w, 413, "too_large", "too large") })
	cfg := s.config()
	cfg.HTTPClient = s.Client()
	image := client.Image{Depiction: "front", Open: func() (io.ReadCloser, error) {
		return &closing{bytes.NewReader(make([]byte, 20_000_000)), closed}, nil
	}}
	err := dial(t, cfg).SetImages(t.Context(), ref, image)
	p, ok := errors.AsType[*client.Problem](err)
	if !ok || p.Code != "too_large" {
		t.Errorf("got %v", err)
	}
	<-closed
	s.Close()
	goleak.VerifyNone(t, running)
}

type closing struct {
	io.Reader
	closed chan struct{}
}

func (c *closing) Close() error {
	close(c.closed)
	return nil
}

func TestImage(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/p1/images/front") {
			problem(w, 404, "not_found", "there is no such image")
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, "pixels")
	})
	c := dial(t, s.config())
	image, err := c.Image(t.Context(), ref, "front")
	if err != nil {
		t.Fatal(err)
	}
	defer image.Body.Close()
	if all, err := io.ReadAll(image.Body); string(all) != "pixels" || image.MediaType != "image/png" || image.Size != 6 || err != nil {
		t.Errorf("got %q, %+v, %v", all, image, err)
	}
	if _, err := c.Image(t.Context(), ref, "back"); err == nil || !strings.Contains(err.Error(), "getting the image: Not Found") {
		t.Errorf("got %v", err)
	}
}
