package netguard_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
)

// rebinder is a name server that gives each question another set of addresses,
// none of which may be called.
type rebinder struct {
	resolver *net.Resolver
	asked    atomic.Int64
}

func newRebinder(t *testing.T) *rebinder {
	t.Helper()
	socket, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &rebinder{}
	done := make(chan struct{})
	go func() { defer close(done); b.serve(socket) }()
	t.Cleanup(func() { _ = socket.Close(); <-done })
	b.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
	return b
}

func (b *rebinder) serve(socket net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		n, from, err := socket.ReadFrom(packet)
		if err != nil {
			return
		}
		_, _ = socket.WriteTo(b.answer(packet[:n]), from)
	}
}

// answer gives a DNS message (RFC 1035 section 4) that answers the question
// with two addresses.
func (b *rebinder) answer(question []byte) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	kind := binary.BigEndian.Uint16(question[end-4:])
	out := append([]byte{}, question[:end]...)
	out[2], out[3] = 0x84, 0 // an answer, with authority
	binary.BigEndian.PutUint16(out[10:], 0)
	addresses := b.next(kind)
	binary.BigEndian.PutUint16(out[6:], uint16(len(addresses)))
	for _, a := range addresses {
		raw := a.AsSlice()
		out = append(out, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(raw)))
		out = append(out, raw...)
	}
	return out
}

func (b *rebinder) next(kind uint16) []netip.Addr {
	if kind != 1 { // AAAA
		return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("::1")}
	}
	turns := [][]netip.Addr{
		{netip.MustParseAddr("127.0.0.1")},
		{netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("127.0.0.1")},
		{netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("127.0.0.2")},
	}
	return turns[int(b.asked.Add(1))%len(turns)]
}
