package bench

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// uploadsAtOnce is how many uploads share the memory that is wanted.
const uploadsAtOnce = 50

// BenchmarkUpload sends 4 MB as a data URL to a server, which looks at the picture,
// seals it and makes it durable, and to a plain one that decodes it with
// encoding/json and base64 and makes a file of it. ratio is the plain one's time
// to ours; to-base64 is our time in those that decoding the base64 alone takes.
func BenchmarkUpload(b *testing.B) {
	c := newCustomer(b, build(b))
	body, encoded := noise(b, uploadPixels)
	at, plain := c.address(c.pending(b))+"/images", plainUploads(b)
	var ours, theirs, alone time.Duration
	for b.Loop() {
		ours += timed(b, func() error { return c.call(b.Context(), http.MethodPost, at, bytes.NewReader(body)) })
		theirs += timed(b, func() error { return exchange(b.Context(), http.MethodPost, plain, body, nil) })
		alone += timed(b, func() error {
			_, err := base64.StdEncoding.DecodeString(encoded)
			return err
		})
	}
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms-ours")
	b.ReportMetric(float64(theirs.Microseconds())/1000/float64(b.N), "ms-plain")
	b.ReportMetric(ours.Seconds()/alone.Seconds(), "to-base64")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// BenchmarkUploadsAtOnce sends fifty uploads of 4 MB at the same time. ratio is
// the memory that is wanted, 150 MB, to the most that the server held.
func BenchmarkUploadsAtOnce(b *testing.B) {
	const wanted = 150.0
	program := build(b)
	body, _ := noise(b, uploadPixels)
	for b.Loop() {
		c := newCustomer(b, program)
		idle := c.at.status("VmRSS:")
		var all sync.WaitGroup
		for range uploadsAtOnce {
			at := c.address(c.pending(b)) + "/images"
			all.Go(func() {
				if err := c.call(b.Context(), http.MethodPost, at, bytes.NewReader(body)); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		held := c.at.status("VmHWM:")
		c.at.stop()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(held, "MB-held")
		b.ReportMetric((held-idle)/uploadsAtOnce, "MB-each")
		b.ReportMetric(wanted/held, "ratio")
	}
}

// uploadPixels make a picture of 4 MB.
const uploadPixels = 2200 * 1800

// noise gives an upload of a picture that does not compress, a byte for each of
// so many pixels, and its base64.
func noise(b *testing.B, pixels int) (body []byte, encoded string) {
	b.Helper()
	picture := noisy(b, pixels)
	encoded = base64.StdEncoding.EncodeToString(picture)
	body, err := json.Marshal(map[string]string{"front": "data:image/jpeg;base64," + encoded})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("a picture of %d bytes", len(picture))
	return body, encoded
}

func noisy(b *testing.B, pixels int) []byte {
	b.Helper()
	const width = 1000
	picture := image.NewGray(image.Rect(0, 0, width, pixels/width))
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- a picture of noise
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var text bytes.Buffer
	if err := jpeg.Encode(&text, picture, &jpeg.Options{Quality: 95}); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}

// plainUploads is a server as one would write it in an hour.
func plainUploads(b *testing.B) (url string) {
	b.Helper()
	folder := b.TempDir()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := keep(filepath.Join(folder, "front.jpg"), r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	b.Cleanup(server.Close)
	return server.URL
}

func keep(path string, body io.Reader) error {
	var images map[string]string
	if err := json.NewDecoder(body).Decode(&images); err != nil {
		return err
	}
	_, encoded, _ := strings.Cut(images["front"], ",")
	picture, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(picture); err != nil {
		return err
	}
	return f.Sync()
}

// timed gives how long something takes that must not fail.
func timed(b *testing.B, do func() error) time.Duration {
	b.Helper()
	begun := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begun)
}
