package optional

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
)

// maxNumbers is how many numbers a description of a face may have.
const maxNumbers = 4096

// ErrAnswer says that a program answered something that it was not asked for.
var ErrAnswer = errors.New("an answer that is not understood")

// Describes tells whether there is a program that describes faces.
func (s Set) Describes() bool { return len(s.Face) > 0 }

// Embed asks the user's own program for the description of a face: it gets a PNG file on its standard input, the face
// with hair, neck and shoulders in the proportions of a passport's photograph, and answers a JSON array of up to 4096
// numbers on its standard output. A status other than 0, no answer within ten seconds and any other answer are errors.
func (s Set) Embed(ctx context.Context, face image.Image) ([]float32, error) {
	var file bytes.Buffer
	if err := png.Encode(&file, face); err != nil {
		return nil, fmt.Errorf("encode a face: %w", err)
	}
	out, err := s.run(ctx, input{pipe: file.Bytes()}, s.Face...)
	if err != nil {
		return nil, err
	}
	var vector []float32
	if err := json.Unmarshal(out, &vector); err != nil || len(vector) == 0 || len(vector) > maxNumbers || length(vector) == 0 {
		return nil, fmt.Errorf("describe a face: want a JSON array of 1 to %d numbers, not all 0: %w", maxNumbers, ErrAnswer)
	}
	return vector, nil
}

func length(vector []float32) (sum float64) {
	for _, v := range vector {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}
