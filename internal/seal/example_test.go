package seal_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dossier-id/dossier/internal/seal"
)

func Example() {
	dir, err := os.MkdirTemp("", "seal")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	sealer, err := seal.CreateKeyFile(filepath.Join(dir, "keys.json"))
	if err != nil {
		panic(err)
	}

	at := seal.Context{Tenant: "default", Dossier: "7f0c", Field: "userData"}
	wrapped, key, err := sealer.NewKey(at, 1) // wrapped is stored with the dossier.
	if err != nil {
		panic(err)
	}
	sealed, err := key.Seal([]byte("Jane"), at)
	if err != nil {
		panic(err)
	}

	key, err = sealer.Unwrap(wrapped, at)
	if err != nil {
		panic(err)
	}
	plain, err := key.Open(sealed, at)
	fmt.Println(string(plain), err)

	at.Dossier = "another"
	_, err = key.Open(sealed, at)
	fmt.Println(err)
	// Output:
	// Jane <nil>
	// open userData: the sealed value does not open
}
