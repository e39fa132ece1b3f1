package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing/iotest"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

func (s *subject) comesBack() {
	for _, size := range []int{0, 1, 4096 - 57, 4096, 4097, limit} {
		at := home
		at.Name = fmt.Sprintf("0-%d.jpg", size)
		s.must(s.Put(s.Context(), at, iotest.HalfReader(strings.NewReader(pattern(size)))))
		s.has(at, pattern(size))
	}
}

func (s *subject) replaces() {
	s.put(home, pattern(9000))
	s.put(home, "short")
	s.has(home, "short")
}

func (s *subject) unknown() {
	s.lacks(home)
	s.put(home, "here")
	for _, at := range []idv.BlobRef{
		{Tenant: "other", Dossier: "d-1", Process: "p-1", Name: "front"},
		{Tenant: "default", Dossier: "d-2", Process: "p-1", Name: "front"},
		{Tenant: "default", Dossier: "d-1", Process: "p-2", Name: "front"},
		{Tenant: "default", Dossier: "d-1", Process: "p-1", Name: "fron"},
	} {
		s.lacks(at)
	}
}

func (s *subject) failedPut() {
	broken := errors.New("the upload was cut")
	fail := func() {
		s.Helper()
		content := io.MultiReader(strings.NewReader(pattern(9000)), iotest.ErrReader(broken))
		if err := s.Put(s.Context(), home, content); !errors.Is(err, broken) {
			s.Errorf("error %v, want the reader's", err)
		}
	}
	fail()
	s.lacks(home)
	if left := s.all(future); len(left) > 0 {
		s.Errorf("%q are left", left)
	}
	s.put(home, "before")
	fail()
	s.has(home, "before")
}

func (s *subject) limited() {
	s.put(home, pattern(limit))
	err := s.Put(s.Context(), home, strings.NewReader(pattern(limit+1)))
	if idv.CodeOf(err) != idv.CodeTooLarge {
		s.Errorf("one byte more: error %v, want too_large", err)
	}
	s.has(home, pattern(limit))
}

func (s *subject) canceled() {
	s.put(home, pattern(limit))
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	other := home
	other.Name = "other"
	if err := s.Put(ctx, other, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		s.Errorf("Put: error %v, want context.Canceled", err)
	}
	s.lacks(other)
	r, err := s.Open(ctx, home)
	if err == nil {
		_, err = io.ReadAll(r)
		s.must(r.Close())
	}
	if !errors.Is(err, context.Canceled) {
		s.Errorf("Open: error %v, want context.Canceled", err)
	}
}

func (s *subject) sealed() {
	s.put(home, strings.Repeat("CANARY-7d1f", 1000))
	if raw := s.raw(home); bytes.Contains(raw, []byte("CANARY")) || len(raw) < 11_000 {
		s.Errorf("%d bytes lie in the bucket, the blob in clear among them or cut", len(raw))
	}
}

func (s *subject) bound() {
	s.put(home, pattern(9000))
	for _, at := range []idv.BlobRef{
		{Tenant: "other", Dossier: "d-1", Process: "p-1", Name: "front"},
		{Tenant: "default", Dossier: "d-2", Process: "p-1", Name: "front"},
		{Tenant: "default", Dossier: "d-1", Process: "p-2", Name: "front"},
		{Tenant: "default", Dossier: "d-1", Process: "p-1", Name: "back"},
	} {
		s.setRaw(at, s.raw(home))
		if got, err := s.get(at); !errors.Is(err, seal.ErrSealed) || got != "" {
			s.Errorf("moved to %s: %d bytes, error %v, want none and ErrSealed", key(at), len(got), err)
		}
	}
}

func (s *subject) changed() {
	plain := pattern(9000)
	s.put(home, plain)
	raw := s.raw(home)
	broken := func(what string, content []byte) {
		s.Helper()
		s.setRaw(home, content)
		if got, err := s.get(home); !errors.Is(err, seal.ErrSealed) || !strings.HasPrefix(plain, got) {
			s.Errorf("%s: %d bytes, error %v, want a beginning and ErrSealed", what, len(got), err)
		}
	}
	for at := 0; at < len(raw); at += 509 {
		flipped := bytes.Clone(raw)
		flipped[at] ^= 1
		broken(fmt.Sprintf("byte %d changed", at), flipped)
		broken(fmt.Sprintf("cut to %d", at), raw[:at])
	}
	broken("longer by one", append(bytes.Clone(raw), 0))
	s.setRaw(home, raw)
	s.has(home, plain)
}

func (s *subject) forgotten() {
	s.put(home, "here")
	s.keys.forget(home.Tenant, home.Dossier)
	s.lacks(home)
	if err := s.Put(s.Context(), home, strings.NewReader("x")); idv.CodeOf(err) != idv.CodeNotFound {
		s.Errorf("Put: error %v, want not_found", err)
	}
	s.must(s.Erase(s.Context(), home)) // takes no key
}

func (s *subject) erases() {
	refs := func(parts ...string) (found []idv.BlobRef) {
		for _, p := range parts {
			f := strings.Split(p, "/")
			found = append(found, idv.BlobRef{Tenant: f[0], Dossier: f[1], Process: f[2], Name: f[3]})
		}
		return found
	}
	stored := refs("default/d/p/a", "default/d/p/aa", "default/d/pp/a", "default/dd/p/a", "other/d/p/a")
	erase := func(what idv.BlobRef, want ...string) {
		s.Helper()
		for range 2 { // Again is no error.
			s.must(s.Erase(s.Context(), what))
		}
		if got := s.all(future); !slices.Equal(got, want) {
			s.Errorf("after %+v there is %q, want %q", what, got, want)
		}
	}
	for _, at := range stored {
		s.put(at, "x")
	}
	erase(stored[0], "default/d/p/aa", "default/d/pp/a", "default/dd/p/a", "other/d/p/a")
	erase(idv.BlobRef{Tenant: "default", Dossier: "d", Process: "p"}, "default/d/pp/a", "default/dd/p/a", "other/d/p/a")
	erase(idv.BlobRef{Tenant: "default", Dossier: "d"}, "default/dd/p/a", "other/d/p/a")
	erase(idv.BlobRef{Tenant: "nobody", Dossier: "d"}, "default/dd/p/a", "other/d/p/a")
}

func (s *subject) lists() {
	var want []string
	for i := range 5 {
		at := home
		at.Process = fmt.Sprintf("p-%d", i)
		s.put(at, "x")
		want = append(want, key(at))
	}
	if got := s.all(future); !slices.Equal(got, want) {
		s.Errorf("listed %q, want %q", got, want)
	}
	if got := s.all(time.Unix(0, 0)); len(got) > 0 {
		s.Errorf("%q were stored before 1970", got)
	}
	seen := 0
	for at, err := range s.Older(s.Context(), future) {
		s.must(err)
		s.must(s.Erase(s.Context(), at))
		if seen++; seen == 3 {
			break
		}
	}
	if got := s.all(future); len(got) != 2 {
		s.Errorf("%q are left, want 2", got)
	}
}

func (s *subject) refuses() {
	for _, odd := range []string{"", ".", "..", "../x", "a/b", "/a", `a\b`, "a\x00", "ä", "a b", strings.Repeat("a", 129)} {
		for i := range 4 {
			parts := []string{home.Tenant, home.Dossier, home.Process, home.Name}
			parts[i] = odd
			at := idv.BlobRef{Tenant: parts[0], Dossier: parts[1], Process: parts[2], Name: parts[3]}
			if err := s.Put(s.Context(), at, strings.NewReader("x")); idv.CodeOf(err) != idv.CodeInvalid {
				s.Errorf("Put(%+v): error %v, want invalid_request", at, err)
			}
			s.lacks(at)
			if err := s.Erase(s.Context(), at); idv.CodeOf(err) != idv.CodeInvalid && (odd != "" || i < 3) {
				s.Errorf("Erase(%+v): error %v, want invalid_request", at, err)
			}
		}
	}
}

func (s *subject) concurrent() {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			at := home
			at.Name = fmt.Sprintf("n-%d", i%4)
			if err := s.Put(s.Context(), at, strings.NewReader(pattern(5000))); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 4 {
		at := home
		at.Name = fmt.Sprintf("n-%d", i)
		s.has(at, pattern(5000))
	}
}
