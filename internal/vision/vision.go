package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"time"

	"github.com/dossier-id/dossier/internal/vision/aamva"
	"github.com/dossier-id/dossier/internal/vision/barcode"
	"github.com/dossier-id/dossier/internal/vision/face"
	"github.com/dossier-id/dossier/internal/vision/quality"
	"github.com/dossier-id/dossier/internal/vision/raster"
	"github.com/dossier-id/dossier/internal/vision/zone"
)

// Reader reads pictures. It is safe for concurrent use.
type Reader struct {
	zones *zone.Reader
	faces *face.Finder
}

// New prepares a reader, which takes about a tenth of a second and 10 MB: make
// one and keep it.
func New() (*Reader, error) {
	zones, err := zone.New()
	if err != nil {
		return nil, fmt.Errorf("prepare the reader of zones: %w", err)
	}
	faces, err := face.New()
	if err != nil {
		return nil, fmt.Errorf("prepare the finder of faces: %w", err)
	}
	return &Reader{zones, faces}, nil
}

// Options say what a reader cannot see.
type Options struct {
	// Today is the day that two-digit years are understood from; zero leaves
	// that to the document itself, see mrz.Parse.
	Today time.Time
	// FacesOnly leaves out what only documents have: zone and barcode.
	FacesOnly bool
}

// Read reads the picture in a file: JPEG, PNG or WebP of at most [MaxBytes]. It
// fails with [ErrFormat] or [ErrSize], or with ctx's error when that ends;
// finding nothing in a picture is no failure. The same file and options give the
// same reading. One call takes at most about 130 MB beside the file.
func (r *Reader) Read(ctx context.Context, file []byte, o Options) (*Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := decode(file)
	if err != nil {
		return nil, err
	}
	reading := &Reading{}
	if !o.FacesOnly {
		if err := r.readDocument(ctx, p, o, reading); err != nil {
			return nil, err
		}
	}
	if err := r.findFaces(ctx, p, reading); err != nil {
		return nil, err
	}
	var boxes []image.Rectangle
	for _, f := range reading.found {
		boxes = append(boxes, f.Box)
	}
	reading.Quality = quality.Measure(quality.Picture{
		Image: p.image, Grey: p.grey, Width: p.width, Height: p.height, Info: p.info, Faces: boxes,
	})
	reading.picture = p
	return reading, nil
}

func (r *Reader) readDocument(ctx context.Context, p *picture, o Options, into *Reading) error {
	if err := r.readZone(ctx, p, o, into); err != nil {
		return err
	}
	return r.readBarcode(ctx, p, into)
}

func (r *Reader) readZone(ctx context.Context, p *picture, o Options, into *Reading) error {
	found, err := r.zones.Read(ctx, p.grey, o.Today)
	if errors.Is(err, zone.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the zone: %w", err)
	}
	into.MRZ, into.zone = mrzOf(found), found.Corners
	return nil
}

func (r *Reader) readBarcode(ctx context.Context, p *picture, into *Reading) error {
	found, err := barcode.Read(ctx, p.grey)
	if errors.Is(err, barcode.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the barcode: %w", err)
	}
	into.Barcode, into.symbol = &Barcode{Type: string(found.Type), Text: found.Text}, found.Corners
	if fields, err := aamva.Parse(found.Text); err == nil {
		into.Barcode.Fields = make(map[string]string, len(fields))
		for field, value := range fields {
			into.Barcode.Fields[string(field)] = value
		}
	}
	return nil
}

// findFaces looks for faces the way the picture is up and, if the zone stands
// otherwise, the way the zone is.
func (r *Reader) findFaces(ctx context.Context, p *picture, into *Reading) error {
	turn := 0
	if into.MRZ != nil {
		turn = into.MRZ.Turn
	}
	found, err := r.faces.Find(ctx, raster.Turn(p.grey, turn))
	if err != nil {
		return fmt.Errorf("find faces: %w", err)
	}
	scale := float64(p.width) / float64(p.image.Rect.Dx())
	for _, f := range found {
		f.Box = back(f.Box, turn, p.grey.Rect)
		into.found = append(into.found, f)
		into.Faces = append(into.Faces, Face{
			X: int(float64(f.Box.Min.X) * scale), Y: int(float64(f.Box.Min.Y) * scale),
			Width: int(float64(f.Box.Dx()) * scale), Height: int(float64(f.Box.Dy()) * scale), Score: f.Score,
		})
	}
	return nil
}
