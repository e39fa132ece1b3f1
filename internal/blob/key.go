package blob

import (
	"regexp"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

var (
	idForm   = regexp.MustCompile(`^[a-zA-Z0-9-]{1,128}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9-][a-z0-9.-]{0,127}$`)
)

// keyOf gives the key of one blob. Ids are letters, digits and '-'; a name is
// lower-case letters, digits, '-' and '.', and begins with no '.', so that no
// key leads out of a folder.
func keyOf(at idv.BlobRef) (string, error) {
	key := strings.Join([]string{at.Tenant, at.Dossier, at.Process, at.Name}, "/")
	if !idForm.MatchString(at.Tenant) || !idForm.MatchString(at.Dossier) || !idForm.MatchString(at.Process) || !nameForm.MatchString(at.Name) {
		return "", idv.Refuse(idv.CodeInvalid, "the reference of a file is not well formed")
	}
	return key, nil
}

// prefixOf gives the beginning of the keys that a reference selects.
func prefixOf(at idv.BlobRef) (string, error) {
	if at.Name != "" {
		return keyOf(at)
	}
	parts := []string{at.Tenant, at.Dossier}
	if at.Process != "" {
		parts = append(parts, at.Process)
	}
	for _, part := range parts {
		if !idForm.MatchString(part) {
			return "", idv.Refuse(idv.CodeInvalid, "the reference of a file is not well formed")
		}
	}
	return strings.Join(parts, "/"), nil
}

// refOf reads a key back; it is false for a key that is not one of ours.
func refOf(key string) (idv.BlobRef, bool) {
	parts := strings.Split(key, "/")
	if len(parts) != 4 {
		return idv.BlobRef{}, false
	}
	at := idv.BlobRef{Tenant: parts[0], Dossier: parts[1], Process: parts[2], Name: parts[3]}
	_, err := keyOf(at)
	return at, err == nil
}
