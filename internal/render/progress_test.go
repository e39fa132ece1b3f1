package render_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dossier-id/dossier/internal/render"
)

func TestProgressInPlainLines(t *testing.T) {
	t.Parallel()
	broken := errors.New("no connection")
	var got bytes.Buffer
	p := render.NewProgress(&got, render.Style{})
	err := errors.Join(
		p.Do("creating the dossier", func(func(string)) error { return nil }),
		p.Do("verifying", func(report func(string)) error { report("processing"); report("accep\x1bted"); return nil }),
		p.Do("deleting", func(report func(string)) error { report("half"); return broken }),
	)
	const want = "creating the dossier: ok\nverifying: processing\nverifying: accep\\x1bted\ndeleting: half\ndeleting: failed\n"
	if !errors.Is(err, broken) || got.String() != want {
		t.Errorf("error %v, got\n%s", err, &got)
	}
}

func TestProgressOnALiveTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got bytes.Buffer
		p := render.NewProgress(&got, render.Style{Live: true, Color: true, ASCII: true})
		err := p.Do("verifying", func(report func(string)) error {
			<-time.After(250 * time.Millisecond)
			report("processing")
			return nil
		})
		const wipe = "\r\x1b[K"
		want := strings.Join([]string{"", "| verifying ", "/ verifying ", "- verifying ", `\ verifying processing`, "verifying: processing\n"}, wipe)
		if err != nil || got.String() != want {
			t.Errorf("error %v\ngot  %q\nwant %q", err, &got, want)
		}
		got.Reset()
		_ = p.Do("deleting", func(func(string)) error { return errors.New("no") })
		if !strings.HasSuffix(got.String(), wipe+"deleting: \x1b[31mfailed\x1b[0m\n") {
			t.Errorf("got %q", &got)
		}
	})
}

func ExampleProcess() {
	process := []byte(`{"processId": "p1", "status": "rejected", "providerSpecific": {"documentVerification": {
		"result": "consider", "subResult": "rejected", "breakdowns": {"imageIntegrity": {"result": "consider", "breakdown": {
			"imageQuality": {"result": "unidentified", "properties": {"blurredPhoto": "consider"}},
			"colourPicture": {"result": "clear", "properties": {}}}}}}}}`)
	_ = render.Process(os.Stdout, process, render.Style{})
	// Output:
	// ✗ rejected: the document cannot be accepted
	//   process id  p1
	//
	// Document verification: ✗ consider, rejected
	//   └─ ✗ image integrity  consider
	//      ├─ ? image quality  unidentified
	//      │  └─ ✗ blurred photo  consider
	//      └─ ✓ colour picture
}
