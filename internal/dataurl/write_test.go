package dataurl_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dossier-id/dossier/internal/dataurl"
)

func TestEncodeRefusesAMediaTypeThatIsNone(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "image", "image/", "Image/PNG", `image/"png`, "image/png;a=b", "image/png,", "a b/c"} {
		var buf bytes.Buffer
		if err := dataurl.Encode(&buf, bad, strings.NewReader("x")); err == nil || buf.Len() > 0 {
			t.Errorf("%q: wrote %q, error %v", bad, &buf, err)
		}
	}
}

func TestEncodeLongBodyInAnyChunks(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("twenty-six characters long", 5000)
	var whole, bytewise bytes.Buffer
	err := errors.Join(
		dataurl.Encode(&whole, "image/png", strings.NewReader(body)),
		dataurl.Encode(&bytewise, "image/png", iotest.OneByteReader(strings.NewReader(body))),
	)
	if err != nil || whole.String() != bytewise.String() {
		t.Errorf("the two differ, or failed: %v", err)
	}
}

func TestWriteFailsWithItsReader(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(io.ErrUnexpectedEOF))
	err := dataurl.Write(io.Discard, dataurl.Member{Key: "front", MediaType: "image/png", Body: broken})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestWriteFailsWithItsWriter(t *testing.T) {
	t.Parallel()
	for n := range 30 {
		w := &narrow{room: n}
		err := dataurl.Write(w, dataurl.Member{Key: "front", MediaType: "image/png", Body: strings.NewReader("abc")})
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("room for %d: got %v", n, err)
		}
	}
}

// narrow takes a number of bytes and no more.
type narrow struct{ room int }

func (w *narrow) Write(p []byte) (int, error) {
	if len(p) > w.room {
		return 0, io.ErrShortWrite
	}
	w.room -= len(p)
	return len(p), nil
}

func ExampleWrite() {
	_ = dataurl.Write(os.Stdout, dataurl.Member{Key: "image", MediaType: "image/png", Body: strings.NewReader("hello")})
	// Output: {"image":"data:image/png;base64,aGVsbG8="}
}
