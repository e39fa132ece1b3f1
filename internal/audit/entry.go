package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// Entry is a record as it is stored and chained.
type Entry struct {
	// Tenant is empty for the chain of the installation.
	Tenant string
	// Position counts the entries of a chain from 1.
	Position int64
	// At is in microseconds since 1970, UTC.
	At                        int64
	Action                    string
	ActorKind, Actor          string
	Dossier, Process, Subject string
	// Detail is sealed, or nil: the chain holds when nobody can read it any more.
	Detail []byte
	// Hash chains the entry to the one before, MAC proves who chained it.
	Hash, MAC []byte
}

// MAC authenticates a message with a key that the database does not hold.
type MAC func(message []byte) ([]byte, error)

// Link places an entry behind the last one of its chain.
func (e *Entry) Link(last Place, mac MAC) (Place, error) {
	e.Position = last.Position + 1
	e.Hash = e.sum(last.Hash)
	var err error
	e.MAC, err = mac(e.Hash)
	return Place{e.Position, e.Hash}, err
}

// Place is where a chain has come to. The zero Place is before its beginning.
type Place struct {
	Position int64
	Hash     []byte
}

// sum is the hash of an entry that follows the one with the hash before.
func (e *Entry) sum(before []byte) []byte {
	sum := sha256.Sum256(encode(
		"dossier/audit/1", string(before), e.Tenant, strconv.FormatInt(e.Position, 10), strconv.FormatInt(e.At, 10),
		e.Action, e.ActorKind, e.Actor, e.Dossier, e.Process, e.Subject, string(e.Detail),
	))
	return sum[:]
}

// BeginningMAC authenticates where a chain begins whose older part was dropped
// because its time was over.
func BeginningMAC(tenant string, p Place, mac MAC) ([]byte, error) {
	return mac(encode("dossier/audit/beginning/1", tenant, strconv.FormatInt(p.Position, 10), string(p.Hash)))
}

// encode joins parts so that no two lists give the same bytes.
func encode(parts ...string) []byte {
	var b []byte
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
