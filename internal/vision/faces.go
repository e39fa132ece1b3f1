package vision

import (
	"context"
	"fmt"

	"github.com/dossier-id/dossier/internal/vision/face"
)

// FaceCounter counts faces and reads nothing else. It is safe for concurrent
// use.
type FaceCounter struct{ faces *face.Finder }

// NewFaceCounter prepares a counter.
func NewFaceCounter() (*FaceCounter, error) {
	faces, err := face.New()
	if err != nil {
		return nil, fmt.Errorf("prepare the finder of faces: %w", err)
	}
	return &FaceCounter{faces}, nil
}

// Count gives the number of faces in the picture of a file. It fails as Read
// does.
func (c *FaceCounter) Count(ctx context.Context, file []byte) (int, error) {
	p, err := decode(file)
	if err != nil {
		return 0, err
	}
	found, err := c.faces.Find(ctx, p.grey)
	if err != nil {
		return 0, fmt.Errorf("find faces: %w", err)
	}
	return len(found), nil
}
