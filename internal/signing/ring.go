package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// MaxKeys bounds a ring; one key a month lasts for twenty years.
const MaxKeys = 240

// Ring is the keys of an installation: the newest signs what is completed from
// now on, and each older one what was completed in its time, so that a full result
// has the same bytes for as long as its key is on the ring.
type Ring struct {
	keys []ringKey // oldest first
}

// RingKey says of a key on a ring since when it signs. The first one signs all
// that is older as well.
type RingKey struct {
	*Key
	Since time.Time
}

type ringKey struct {
	Seed  []byte    `json:"seed"`
	Since time.Time `json:"since"`
	key   *Key
}

// NewRing gives a ring of one new key.
func NewRing(random io.Reader, now time.Time) (*Ring, error) {
	r := new(Ring)
	_, err := r.Rotate(random, now)
	return r, err
}

// ParseRing reads what Encode wrote.
func ParseRing(text []byte) (*Ring, error) {
	r := new(Ring)
	if err := json.Unmarshal(text, &r.keys); err != nil || len(r.keys) == 0 {
		return nil, errors.New("the signing keys cannot be read")
	}
	for i := range r.keys {
		var err error
		if r.keys[i].key, err = NewKey(r.keys[i].Seed); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Encode gives the ring with its secrets, to be kept sealed.
func (r *Ring) Encode() ([]byte, error) { return json.Marshal(r.keys) }

// Rotate adds a new key that signs from now on.
func (r *Ring) Rotate(random io.Reader, now time.Time) (*Key, error) {
	if len(r.keys) >= MaxKeys {
		return nil, fmt.Errorf("there are %d signing keys already: revoke those that are not needed", len(r.keys))
	}
	k, err := drawKey(random)
	if err != nil {
		return nil, err
	}
	r.keys = append(r.keys, ringKey{k.private.Seed(), now.UTC(), k})
	return k, nil
}

// Revoke takes a key off the ring: what it signed is not proven any more, and what
// it would have signed is signed by the key before it, or the next if it was the
// first. The newest is replaced by a new one.
func (r *Ring) Revoke(id string, random io.Reader, now time.Time) error {
	at := slices.IndexFunc(r.keys, func(k ringKey) bool { return k.key.Public().ID() == id })
	if at < 0 {
		return fmt.Errorf("there is no signing key %.60q", id)
	}
	if at == len(r.keys)-1 {
		if _, err := r.Rotate(random, now); err != nil {
			return err
		}
	}
	r.keys = slices.Delete(r.keys, at, at+1)
	return nil
}

// At gives the key that signs what was completed at a time.
func (r *Ring) At(t time.Time) *Key {
	signs := r.keys[0].key
	for _, k := range r.keys {
		if !k.Since.After(t) {
			signs = k.key
		}
	}
	return signs
}

// Keys gives the keys, oldest first.
func (r *Ring) Keys() []RingKey {
	out := make([]RingKey, 0, len(r.keys))
	for _, k := range r.keys {
		out = append(out, RingKey{k.key, k.Since})
	}
	return out
}

// Public gives the halves that check signatures, newest first.
func (r *Ring) Public() []PublicKey {
	out := make([]PublicKey, 0, len(r.keys))
	for _, k := range slices.Backward(r.keys) {
		out = append(out, k.key.Public())
	}
	return out
}
