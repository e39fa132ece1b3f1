package face

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"image"
	"slices"

	pigo "github.com/esimov/pigo/core"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

//go:embed facefinder
var finderCascade string

// How faces are searched.
const (
	smallestFace = 20   // pixels, below which the cascade sees nothing
	largeFace    = 0.2  // of the longer side: larger than portraits on documents
	sameFace     = 0.35 // part of the smaller box in the larger one that makes them one face
	clothes      = 0.1  // of a face's score: what is seen in the body under it is less sure of being one

	// MinScore is the least sum of the cascade's scores for a face.
	MinScore = 8.0
)

// Face is where a face is, in pixels of the picture.
type Face struct {
	Box   image.Rectangle
	Score float64 // of the cascade, at least [MinScore]; comparable between pictures
}

// Finder finds faces. It is safe for concurrent use.
type Finder struct {
	faces *pigo.Pigo
}

// New unpacks the cascade.
func New() (*Finder, error) {
	faces, err := pigo.NewPigo().Unpack([]byte(finderCascade))
	if err != nil {
		return nil, fmt.Errorf("unpack the face cascade: %w", err)
	}
	return &Finder{faces}, nil
}

// Find gives the faces of an upright picture, the largest first. Beside the
// portrait of a document that may be its ghost image.
func (f *Finder) Find(ctx context.Context, g *image.Gray) ([]Face, error) {
	found, err := f.search(ctx, g, quick())
	if err != nil || len(found) > 0 && !large(found[0], g) {
		return found, err
	}
	closer, err := f.search(ctx, g, thorough())
	if err != nil {
		return nil, err
	}
	return joined(closer, found), nil
}

// large says whether a face is larger than those on documents.
func large(f Face, g *image.Gray) bool {
	return float64(f.Box.Dx()) >= largeFace*float64(max(g.Rect.Dx(), g.Rect.Dy()))
}

// search is a way to look for faces.
type search struct {
	size   int     // pixels of the longer side
	least  float64 // of the longer side: size of a face
	shift  float64 // of a face: how far the next place to look at is
	even   int     // pixels: how far around each its light is evened out; 0 leaves it as it is
	angles []float64
}

// quick finds the portrait of a card that takes a third of the picture.
func quick() search {
	return search{size: 640, least: 0.05, shift: 0.1, angles: turned()}
}

// thorough is for pictures of people, and for those in which the quick one sees
// nothing: dark or blurred heads, or a second one of that kind. It finds only
// faces as large as no document has: among fine print it would see faces where
// there are none. The light is evened out over a quarter of such a face: dark
// skin under fair hair shows its eyes and mouth like any other then.
func thorough() search {
	return search{size: 480, least: largeFace, shift: 0.06, even: 25, angles: turned()}
}

// turned are the parts of a full turn by which heads are looked for, which are
// turned more than documents.
func turned() []float64 { return []float64{0, 0.05, 0.1, 0.9, 0.95} }

func (f *Finder) search(ctx context.Context, g *image.Gray, s search) ([]Face, error) {
	small, scale := raster.Limit(g, s.size)
	small = raster.Blur(small, 1)
	if s.even > 0 {
		small = evened(small, s.even)
	}
	var all []pigo.Detection
	for _, angle := range s.angles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all = append(all, f.detect(small, s, angle)...)
	}
	var found []Face
	for _, c := range clusters(all) {
		if c.score >= MinScore {
			found = append(found, c.face(scale))
		}
	}
	return largestFirst(withoutClothes(found)), nil
}

func largestFirst(found []Face) []Face {
	slices.SortStableFunc(found, func(a, b Face) int { return cmp.Compare(b.Box.Dx(), a.Box.Dx()) })
	return found
}

// evened is how much lighter or darker each pixel is than what lies around it.
func evened(g *image.Gray, around int) *image.Gray {
	light := g
	for range 3 {
		light = raster.Blur(light, around)
	}
	const middle = 128
	out := image.NewGray(g.Rect)
	for i, v := range light.Pix {
		out.Pix[i] = uint8(min(max(middle+int(g.Pix[i])-int(v), 0), 255))
	}
	return out
}

func (f *Finder) detect(g *image.Gray, s search, angle float64) []pigo.Detection {
	long, short := max(g.Rect.Dx(), g.Rect.Dy()), min(g.Rect.Dx(), g.Rect.Dy())
	least := s.least
	if angle != 0 {
		least = max(least, largeFace)
	}
	return f.faces.RunCascade(pigo.CascadeParams{
		MinSize: max(int(least*float64(long)), smallestFace), MaxSize: short, ShiftFactor: s.shift, ScaleFactor: 1.1,
		ImageParams: pigo.ImageParams{Pixels: g.Pix, Rows: g.Rect.Dy(), Cols: g.Rect.Dx(), Dim: g.Stride},
	}, angle)
}
