package audit

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/dossier-id/dossier/internal/signing"
)

// checkpointType is the type of what is signed.
const checkpointType = "dossier-audit-checkpoint"

// Checkpoint says that a chain had come to a place at a time.
type Checkpoint struct {
	// Tenant is empty for the chain of the installation.
	Tenant string
	Place
	At time.Time
}

// signedCheckpoint is the JSON of a checkpoint.
type signedCheckpoint struct {
	Tenant   string    `json:"tenant"`
	Position int64     `json:"position"`
	Hash     string    `json:"hash"`
	At       time.Time `json:"at"`
}

// Sign gives the checkpoint as a JWS: letters, digits, dots, dashes and
// underscores.
func (c Checkpoint) Sign(k *signing.Key) (string, error) {
	text, err := json.Marshal(signedCheckpoint{c.Tenant, c.Position, hex.EncodeToString(c.Hash), c.At.UTC()})
	if err != nil {
		return "", fmt.Errorf("encode a checkpoint: %w", err)
	}
	return string(k.Sign(checkpointType, text)), nil
}

// OpenCheckpoint checks the signature of a checkpoint; signing.ErrNotSigned says
// that none of the keys has made it.
func OpenCheckpoint(signed string, keys []signing.PublicKey) (Checkpoint, error) {
	text, err := signing.Open(checkpointType, []byte(signed), keys)
	if err != nil {
		return Checkpoint{}, err
	}
	var c signedCheckpoint
	if err := json.Unmarshal(text, &c); err != nil {
		return Checkpoint{}, errors.New("the checkpoint is signed and is none")
	}
	hash, err := hex.DecodeString(c.Hash)
	if err != nil {
		return Checkpoint{}, errors.New("the checkpoint is signed and has no hash")
	}
	return Checkpoint{c.Tenant, Place{c.Position, hash}, c.At}, nil
}

// jws is what a checkpoint looks like in a text.
var jws = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{86}`)

// maxLine bounds a line of a file of checkpoints.
const maxLine = 1 << 20

// FindCheckpoints gives the checkpoints by one of the keys in a text of any
// kind, such as the server's log. What looks like one and is signed by another
// key, or as something else, is passed over.
func FindCheckpoints(r io.Reader, keys []signing.PublicKey) ([]Checkpoint, error) {
	var found []Checkpoint
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		for _, signed := range jws.FindAllString(lines.Text(), -1) {
			c, err := OpenCheckpoint(signed, keys)
			if errors.Is(err, signing.ErrNotSigned) {
				continue
			}
			if err != nil {
				return nil, err
			}
			found = append(found, c)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return found, nil
}
