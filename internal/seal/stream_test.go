package seal

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"testing"
	"testing/iotest"
)

func sealStream(t *testing.T, key *Key, plain []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := key.Encrypt(&sealed, home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func openStream(key *Key, sealed []byte, at Context) ([]byte, error) {
	r, err := key.Decrypt(bytes.NewReader(sealed), at)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// pattern gives n bytes that differ from place to place.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return b
}

func TestStreamRoundTrip(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	for _, size := range []int{0, 1, segmentSize - 57, segmentSize - 16, segmentSize, 3*segmentSize + 7, 1 << 20} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()
			plain := pattern(size)
			sealed := sealStream(t, key, plain)
			if got, err := openStream(key, sealed, home); err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opens to %d bytes, %v", len(got), err)
			}
			for name, at := range elsewhere() {
				if got, err := openStream(key, sealed, at); !errors.Is(err, ErrSealed) || len(got) > 0 {
					t.Errorf("moved to another %s: %d bytes, error %v, want none and ErrSealed", name, len(got), err)
				}
			}
		})
	}
}

func TestCutStreamIsAnErrorAtItsEnd(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	plain := pattern(3*segmentSize + 100)
	sealed := sealStream(t, key, plain)
	for _, n := range []int{0, 1, 20, 40, 41, 100, segmentSize, segmentSize + 1, 2 * segmentSize, len(sealed) - 1} {
		got, err := openStream(key, sealed[:n], home)
		if !errors.Is(err, ErrSealed) {
			t.Errorf("cut to %d bytes: error %v, want ErrSealed", n, err)
		}
		if !bytes.HasPrefix(plain, got) {
			t.Errorf("cut to %d bytes: gives bytes that were never sealed", n)
		}
	}
}

func TestFlippedBitIsFoundBeforeItsByteIsGiven(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	plain := pattern(2*segmentSize + 100)
	sealed := sealStream(t, key, plain)
	for at := 0; at < len(sealed); at += 97 {
		changed := bytes.Clone(sealed)
		changed[at] ^= 0x10
		got, err := openStream(key, changed, home)
		if !errors.Is(err, ErrSealed) || !bytes.HasPrefix(plain, got) {
			t.Errorf("byte %d changed: %d bytes, error %v, want a prefix and ErrSealed", at, len(got), err)
		}
	}
}

func TestReadGoesOnFailing(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	sealed := sealStream(t, key, pattern(100))
	r, err := key.Decrypt(bytes.NewReader(sealed[:len(sealed)-1]), home)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n, err := r.Read(make([]byte, 10)); n != 0 || !errors.Is(err, ErrSealed) {
			t.Fatalf("Read gives %d, %v, want 0 and ErrSealed", n, err)
		}
	}
}

func TestFaultOfTheSourceIsNotTakenForABrokenSeal(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	disk := errors.New("the disk is gone")
	sealed := sealStream(t, key, pattern(3*segmentSize))
	for _, n := range []int{0, 10, segmentSize + 10} {
		broken := io.MultiReader(bytes.NewReader(sealed[:n]), iotest.ErrReader(disk))
		r, err := key.Decrypt(broken, home)
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, disk) || errors.Is(err, ErrSealed) {
			t.Errorf("after %d bytes: error %v, want the disk's", n, err)
		}
	}
}

func TestFieldAndStreamAreNotInterchangeable(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	if _, err := key.Open(sealStream(t, key, []byte("x")), home); !errors.Is(err, ErrSealed) {
		t.Errorf("a stream opens as a field: %v", err)
	}
}
