package browsertest_test

import (
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"github.com/dossier-id/dossier/internal/browsertest"
)

// page shows the camera's middle pixel, or why there is none.
const page = `<!doctype html><title>t</title><p id=out>waiting</p><button id=go>go</button><script>
document.getElementById("go").onclick = async () => {
	const out = document.getElementById("out")
	try {
		const video = document.createElement("video")
		video.muted = true
		video.srcObject = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 720}})
		await video.play()
		const canvas = document.createElement("canvas")
		canvas.width = 1280
		canvas.height = 720
		const c = canvas.getContext("2d")
		c.drawImage(video, 0, 0)
		out.textContent = "pixel " + c.getImageData(640, 360, 1, 1).data[0]
		video.srcObject.getTracks().forEach(t => t.stop())
	} catch (e) { out.textContent = e.name }
}
</script>`

func serve(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestTheCameraShowsWhatItIsTold(t *testing.T) {
	t.Parallel()
	b := browsertest.New(t, browsertest.CameraAllowed)
	p := b.Open(browsertest.Desktop(), serve(t))
	for shade, want := range map[uint8]string{250: "pixel 2", 20: "pixel "} {
		img := image.NewGray(image.Rect(0, 0, 320, 180))
		draw.Draw(img, img.Rect, image.NewUniform(color.Gray{shade}), image.Point{}, draw.Src)
		b.Show(img)
		p.Click("#go")
		p.Until(`document.querySelector("#out").textContent.startsWith("pixel")`)
		got := strings.TrimPrefix(p.Text(), want)
		if !strings.HasPrefix(p.Text(), want) {
			t.Errorf("shade %d: %s", shade, got)
		}
		p.Reload()
	}
	if said := p.Complaints(); len(said) > 1 { // one about the favicon
		t.Errorf("the page complains: %q", said)
	}
}

func TestACameraThatIsNotToBeHad(t *testing.T) {
	t.Parallel()
	url := serve(t)
	for camera, want := range map[browsertest.Camera]string{
		browsertest.CameraRefused: "NotAllowedError", browsertest.CameraMissing: "NotFoundError",
	} {
		p := browsertest.New(t, camera).Open(browsertest.Phone(), url)
		p.Click("#go")
		p.AwaitText(want)
	}
}
