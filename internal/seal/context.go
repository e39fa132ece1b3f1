package seal

import "encoding/binary"

// Context is the place a value is sealed for. It is authenticated with the
// ciphertext and not stored in it: opening takes the same Context again.
// Process is empty for a value of the dossier itself, Dossier and Process for a
// value of the installation or of a tenant.
type Context struct{ Tenant, Dossier, Process, Field string }

// purpose keeps ciphertexts of one kind from being opened as another.
type purpose string

const (
	forWrapping purpose = "dossier/wrap/1"
	forField    purpose = "dossier/field/1"
	forStream   purpose = "dossier/stream/1"
	forSystem   purpose = "dossier/system/1"
	forIndex    purpose = "dossier/index/1"
	forMAC      purpose = "dossier/mac/1"
)

// bind gives the associated data of a value.
func (c Context) bind(p purpose) []byte {
	return encode(string(p), c.Tenant, c.Dossier, c.Process, c.Field)
}

// encode joins parts so that no two lists give the same bytes: each part comes
// behind its length.
func encode(parts ...string) []byte {
	var b []byte
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
