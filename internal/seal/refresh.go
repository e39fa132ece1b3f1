package seal

import (
	"io/fs"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// encrypt wraps with the primary key. A key file that could not be read is left
// alone: the keys at hand are good, and a KMS that refuses would be asked by each.
func (s *Sealer) encrypt(plain, at []byte) ([]byte, error) {
	s.refresh(false)
	return s.current().Encrypt(plain, at)
}

// decrypt opens with whatever key it was wrapped by, also one that was added to
// the key file since.
func (s *Sealer) decrypt(sealed, at []byte) ([]byte, error) {
	before := s.current()
	plain, err := before.Decrypt(sealed, at)
	if err == nil {
		return plain, nil
	}
	s.refresh(true)
	if after := s.current(); after != before {
		return after.Decrypt(sealed, at)
	}
	return plain, err
}

func (s *Sealer) current() tink.AEAD {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.wrapping
}

// refresh reads the key file anew when it is another one. One does it for all,
// without holding up those who can do without: only who insists waits, and only
// they try a file again that could not be read. Its keys stay as they are then.
func (s *Sealer) refresh(insist bool) {
	if s.file.Path == "" {
		return
	}
	info, err := os.Stat(s.file.Path) // #nosec G703 -- the operator names the file
	if err != nil {
		return
	}
	reading, mine := s.beginReading(info, insist)
	switch {
	case mine:
		s.read()
	case insist && reading != nil:
		<-reading
	}
}

// beginReading says whether the caller is to read the key file, or who does: the
// channel is closed when it is done. It is nil when nobody has to.
func (s *Sealer) beginReading(info fs.FileInfo, insist bool) (reading chan struct{}, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading != nil {
		return s.reading, false
	}
	if same(s.seen, info) || !insist && same(s.unread, info) {
		return nil, false
	}
	s.unread, s.reading = info, make(chan struct{})
	return s.reading, true
}

// read takes the keys over that the key file holds.
func (s *Sealer) read() {
	keys, info, err := s.file.read()
	var wrapping tink.AEAD
	if err == nil {
		wrapping, err = aead.New(keys.keyEncryption)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.wrapping, s.infos, s.seen = wrapping, infosOf(keys.keyEncryption), info
	}
	close(s.reading)
	s.reading = nil
}

func same(a, b fs.FileInfo) bool {
	return a != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime())
}
