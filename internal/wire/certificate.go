package wire

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often the files of a certificate are looked at, when a
// connection is made.
const lookEvery = time.Second

// Certificate is that of a server, read from two files again when they change.
// It is safe for concurrent use.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	read   stamp
	looked time.Time
}

// stamp tells two contents of the files apart.
type stamp struct {
	cert, key time.Time
	sizes     [2]int64
}

// OpenCertificate reads a certificate chain and its key, both in PEM. now is the
// clock.
func OpenCertificate(certFile, keyFile string, log *slog.Logger, now func() time.Time) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log, now: now}
	read, err := c.stamp()
	if err == nil {
		err = c.load(read)
	}
	if err != nil {
		return nil, fmt.Errorf("read the TLS certificate: %w", err)
	}
	return c, nil
}

// Config gives the TLS settings of a server: TLS 1.2 and later, HTTP/2 and
// HTTP/1.1.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: c.get}
}

// get gives the newest certificate that could be read. Files that are being
// replaced, or are broken, leave the one before in place.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := c.now().Sub(c.looked)
	if since >= 0 && since < lookEvery {
		return c.pair, nil
	}
	c.looked = c.now()
	found, err := c.stamp()
	if err == nil && found != c.read {
		if err = c.load(found); err == nil {
			c.log.Info("the TLS certificate was read again")
		}
	}
	if err != nil {
		c.log.Warn("the TLS certificate cannot be read again; the one before stays", "error", err)
	}
	return c.pair, nil
}

func (c *Certificate) load(found stamp) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.pair, c.read = &pair, found
	return nil
}

func (c *Certificate) stamp() (s stamp, err error) {
	for i, at := range []struct {
		name string
		time *time.Time
	}{{c.certFile, &s.cert}, {c.keyFile, &s.key}} {
		info, err := os.Stat(at.name)
		if err != nil {
			return stamp{}, err
		}
		*at.time, s.sizes[i] = info.ModTime(), info.Size()
	}
	return s, nil
}
