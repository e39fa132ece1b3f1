package browsertest

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromiumVariable names the environment variable that holds the path of a
// Chromium to use instead of the one in PATH.
const chromiumVariable = "DOSSIER_TEST_CHROMIUM"

// patience bounds a whole test with a browser, and so everything in it.
const patience = 6 * time.Minute

// Camera is what a page finds when it asks for a camera.
type Camera string

// The cameras there are.
const (
	// CameraAllowed shows what Browser.Show wrote last.
	CameraAllowed Camera = "allowed"
	// CameraRefused is there, but the user says no.
	CameraRefused Camera = "refused"
	// CameraMissing is a device without one.
	CameraMissing Camera = "missing"
)

// Browser is a running Chromium. It ends with its test.
type Browser struct {
	tb     testing.TB
	ctx    context.Context //nolint:containedctx // the browser lives in its context
	camera string
}

// New starts a Chromium with a camera. The camera shows grey until Show.
func New(tb testing.TB, camera Camera) *Browser {
	tb.Helper()
	path, err := chromium()
	if err != nil {
		tb.Fatal(err)
	}
	b := &Browser{tb: tb, camera: filepath.Join(tb.TempDir(), "camera.y4m")}
	b.Show(image.NewGray(image.Rect(0, 0, 64, 64)))
	// Not the test's own folder: the browser's last children still write into it.
	profile, err := os.MkdirTemp("", "dossier-chromium-") //nolint:usetesting // see above
	if err != nil {
		tb.Fatalf("make a profile: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), patience)
	allocated, end := chromedp.NewExecAllocator(ctx, b.options(path, profile, camera)...)
	var stop context.CancelFunc
	b.ctx, stop = chromedp.NewContext(allocated)
	tb.Cleanup(func() {
		stop()
		end()
		cancel()
		removeProfile(tb, profile)
	})
	if err := chromedp.Do(b.ctx); err != nil {
		tb.Fatalf("start %s: %v", path, err)
	}
	return b
}

// chromium finds the program.
func chromium() (string, error) {
	path, err := exec.LookPath(cmp.Or(os.Getenv(chromiumVariable), "chromium"))
	if err != nil {
		return "", fmt.Errorf("browsertest needs Chromium (Debian: chromium), or its path in %s: %w", chromiumVariable, err)
	}
	return path, nil
}

// options are those of a browser that talks to nobody but the test.
func (b *Browser) options(path, profile string, camera Camera) []chromedp.ExecAllocatorOption {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("mute-audio", true), chromedp.Flag("lang", "en"),
		chromedp.CombinedOutput(io.Discard))
	switch camera {
	case CameraMissing:
		return append(options, chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", "device-count=0"))
	case CameraRefused:
		options = append(options, chromedp.Flag("use-fake-ui-for-media-stream", "deny"))
	default:
		options = append(options, chromedp.Flag("use-fake-ui-for-media-stream", true))
	}
	return append(options, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", b.camera))
}

// removeProfile tries again for as long as the browser's last children still
// write into the folder.
func removeProfile(tb testing.TB, profile string) {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var err error
	for range 250 {
		if err = os.RemoveAll(profile); err == nil {
			return
		}
		<-tick.C
	}
	tb.Logf("the profile of the browser stays: %v", err)
}

// Show gives the camera another picture, which fills its frame with grey
// around it, or several that it shows in turn. A page sees them when it opens the
// camera the next time.
func (b *Browser) Show(pictures ...image.Image) {
	b.tb.Helper()
	if err := writeCamera(b.camera, pictures); err != nil {
		b.tb.Fatalf("show the camera a picture: %v", err)
	}
}
