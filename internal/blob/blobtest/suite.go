package blobtest

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

// limit is the longest blob of the suite's stores: a few segments of the seal,
// and not a multiple of one.
const limit = 20_000

// Run runs the suite. open gives an empty bucket that ends with the test.
func Run(t *testing.T, open func(tb testing.TB) blob.Bucket) {
	t.Helper()
	for name, test := range map[string]func(s *subject){
		"what is put comes back":             (*subject).comesBack,
		"a name is replaced":                 (*subject).replaces,
		"the unknown is not found":           (*subject).unknown,
		"a failed put leaves what was there": (*subject).failedPut,
		"the limit is exact":                 (*subject).limited,
		"a canceled read ends":               (*subject).canceled,
		"nothing lies there in clear":        (*subject).sealed,
		"nothing opens elsewhere":            (*subject).bound,
		"every change is found":              (*subject).changed,
		"a forgotten key erases":             (*subject).forgotten,
		"erased is what was named":           (*subject).erases,
		"all and only the old are listed":    (*subject).lists,
		"no reference leads out":             (*subject).refuses,
		"many put at once":                   (*subject).concurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newSubject(t, open(t)))
		})
	}
}

// home is where most tests put their blob.
var home = idv.BlobRef{Tenant: "default", Dossier: "d-1", Process: "p-1", Name: "front"}

// subject is a store on an empty bucket.
type subject struct {
	*testing.T
	*blob.Store
	bucket blob.Bucket
	keys   *keyring
}

func newSubject(t *testing.T, b blob.Bucket) *subject {
	t.Helper()
	sealer, err := seal.CreateKeyFile(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	keys := &keyring{sealer: sealer, wrapped: make(map[string][]byte)}
	return &subject{T: t, bucket: b, keys: keys, Store: blob.New(b, blob.Options{Sealer: sealer, Keys: keys, MaxBytes: limit})}
}

// keyring makes a key for each dossier of the tenants default and other.
type keyring struct {
	sealer *seal.Sealer

	mu      sync.Mutex
	wrapped map[string][]byte // nil when it was forgotten
}

// WrappedKey gives the key of a dossier.
func (k *keyring) WrappedKey(_ context.Context, tenant, dossier string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := tenant + "/" + dossier
	wrapped, known := k.wrapped[at]
	if !known {
		var err error
		if wrapped, _, err = k.sealer.NewKey(seal.Context{Tenant: tenant, Dossier: dossier}, uint64(len(k.wrapped))); err != nil {
			return nil, err
		}
		k.wrapped[at] = wrapped
	}
	if wrapped == nil {
		return nil, idv.NotFound("dossier")
	}
	return wrapped, nil
}

func (k *keyring) forget(tenant, dossier string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wrapped[tenant+"/"+dossier] = nil
}

func (s *subject) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *subject) put(at idv.BlobRef, content string) {
	s.Helper()
	s.must(s.Put(s.Context(), at, strings.NewReader(content)))
}

// get gives what can be read of a blob, and the error that ended it.
func (s *subject) get(at idv.BlobRef) (string, error) {
	s.Helper()
	r, err := s.Open(s.Context(), at)
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(r)
	s.must(r.Close())
	return string(content), err
}

// has checks what a blob holds.
func (s *subject) has(at idv.BlobRef, want string) {
	s.Helper()
	if got, err := s.get(at); err != nil || got != want {
		s.Errorf("%s has %d bytes, %v, want the %d that were put", key(at), len(got), err, len(want))
	}
}

// lacks checks that there is no such blob.
func (s *subject) lacks(at idv.BlobRef) {
	s.Helper()
	if _, err := s.get(at); idv.CodeOf(err) != idv.CodeNotFound {
		s.Errorf("%s: error %v, want not_found", key(at), err)
	}
}

// raw gives what lies in the bucket.
func (s *subject) raw(at idv.BlobRef) []byte {
	s.Helper()
	r, err := s.bucket.Open(s.Context(), key(at))
	s.must(err)
	content, err := io.ReadAll(r)
	s.must(errors.Join(err, r.Close()))
	return content
}

func (s *subject) setRaw(at idv.BlobRef, content []byte) {
	s.Helper()
	s.must(s.bucket.Put(s.Context(), key(at), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}))
}

// all lists what was stored before t, sorted.
func (s *subject) all(t time.Time) (keys []string) {
	s.Helper()
	for at, err := range s.Older(s.Context(), t) {
		s.must(err)
		keys = append(keys, key(at))
	}
	slices.Sort(keys)
	return keys
}

func key(at idv.BlobRef) string {
	return strings.Join([]string{at.Tenant, at.Dossier, at.Process, at.Name}, "/")
}

// pattern gives n bytes that differ from place to place.
func pattern(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return string(b)
}

// future is after all that a test stores.
var future = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
