package wire

import (
	"net"
	"net/netip"
	"sync"
)

// Bounds are how many connections there may be at a time.
type Bounds struct {
	// All bounds them all: what comes beyond waits in the system's queue, so that
	// a crowd cannot use up the files that the server needs.
	All int
	// Each bounds those of one address: what comes beyond is closed at once.
	// Trusted proxies have no such bound.
	Each  int
	Peers Peers
}

// Bound gives a listener that keeps the bounds.
func Bound(l net.Listener, b Bounds) net.Listener {
	return &bounded{Listener: l, Bounds: b, free: make(chan struct{}, b.All), closed: make(chan struct{}), of: map[string]int{}}
}

type bounded struct {
	net.Listener
	Bounds
	free   chan struct{}
	closed chan struct{}
	once   sync.Once

	mu sync.Mutex
	of map[string]int
}

// Accept waits for a free place, then for a connection.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.free <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			<-b.free
			return nil, err
		}
		if key, welcome := b.enter(c); welcome {
			return &boundConn{Conn: c, leave: sync.OnceFunc(func() { b.leave(key) })}, nil
		}
		_ = c.Close()
	}
}

// enter counts a connection, unless its address has as many as it may.
func (b *bounded) enter(c net.Conn) (key string, welcome bool) {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil || b.Peers.trusts(at.Addr().Unmap()) {
		return "", true
	}
	key = Key(at.Addr().Unmap())
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[key] >= b.Each {
		return key, false
	}
	b.of[key]++
	return key, true
}

func (b *bounded) leave(key string) {
	if key != "" {
		b.mu.Lock()
		if b.of[key]--; b.of[key] == 0 {
			delete(b.of, key)
		}
		b.mu.Unlock()
	}
	<-b.free
}

// Close ends Accept.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

// boundConn frees its place when it is closed.
type boundConn struct {
	net.Conn
	leave func()
}

// Close closes the connection, once or more.
func (c *boundConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// CloseWrite ends what is sent. net/http does so before it closes, so that a
// client that is still sending gets to read the answer.
func (c *boundConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
