package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dossier-id/dossier/internal/console"
	"github.com/dossier-id/dossier/internal/vision"
)

// sightTimeout bounds how long a picture is read, with the wait for its turn.
const sightTimeout = 20 * time.Second

// sight reads pictures for operators, one at a time: one reading takes up to 130
// MB. The reader is made for the first picture, so that a console that nobody
// reads pictures in does not pay for it.
type sight struct {
	turn   chan struct{}
	reader func() (*vision.Reader, error)
}

func newSight() *sight {
	return &sight{turn: make(chan struct{}, 1), reader: sync.OnceValues(vision.New)}
}

// read reads a picture as of today.
func (s *sight) read(ctx context.Context, file []byte, facesOnly bool) (console.Sight, error) {
	ctx, cancel := context.WithTimeout(ctx, sightTimeout)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return console.Sight{}, fmt.Errorf("wait to read a picture: %w", ctx.Err())
	}
	reader, err := s.reader()
	if err != nil {
		return console.Sight{}, err
	}
	found, err := reader.Read(ctx, file, vision.Options{Today: time.Now(), FacesOnly: facesOnly})
	if errors.Is(err, vision.ErrFormat) || errors.Is(err, vision.ErrSize) {
		return console.Sight{}, fmt.Errorf("%w: %w", console.ErrUnreadable, err)
	}
	if err != nil {
		return console.Sight{}, fmt.Errorf("read a picture: %w", err)
	}
	seen := console.Sight{Width: found.Quality.Width, Height: found.Quality.Height}
	for _, p := range found.Places() {
		seen.Marks = append(seen.Marks, markOf(p, found))
	}
	return seen, nil
}

func markOf(p vision.Place, in *vision.Reading) console.Mark {
	m := console.Mark{Kind: string(p.Kind), Name: p.Name, Value: p.Value, Confidence: p.Confidence}
	if p.Kind == vision.PlaceBarcode && len(in.Barcode.Fields) > 0 {
		m.Value, m.Facts = "", in.Barcode.Fields
	}
	for i, c := range p.Corners {
		m.Corners[i] = [2]float64{c.X, c.Y}
	}
	return m
}
