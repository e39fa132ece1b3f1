package quality

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is a grey table of 1200 × 900 pixels with paper on it, row by row written on.
func scene(paper uint8) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, 1200, 900))
	for i := range g.Pix {
		x, y := i%1200, i/1200
		switch {
		case x < 100 || x >= 1100 || y < 100 || y >= 800:
			g.Pix[i] = 90
		case y%40 < 18 && (x/9+y/40*5)%3 > 0:
			g.Pix[i] = 40
		default:
			g.Pix[i] = paper
		}
	}
	return g
}

// lit adds light around the middle: so much there, fading over so many pixels.
func lit(g *image.Gray, light, over float64) *image.Gray {
	for i, v := range g.Pix {
		d := math.Hypot(float64(i%1200)-600, float64(i/1200)-450) / over
		g.Pix[i] = uint8(min(float64(v)+light*math.Exp(-d*d), 255))
	}
	return g
}

func noisy(g *image.Gray, sigma float64) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	for i, v := range g.Pix {
		g.Pix[i] = uint8(min(max(float64(v)+sigma*r.NormFloat64(), 0), 255))
	}
	return g
}

func filled(g *image.Gray, box image.Rectangle, v uint8) *image.Gray {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			g.SetGray(x, y, color.Gray{Y: v})
		}
	}
	return g
}

// TestGlareIsAReflection: a spot in which everything is lost and which fades, with and without a sensor's noise; not
// white paper, however bright, nor a weak light through which one can read.
func TestGlareIsAReflection(t *testing.T) {
	t.Parallel()
	panel := image.Rect(300, 250, 700, 600)
	for name, c := range map[string]struct {
		g    *image.Gray
		want bool
	}{
		"a lamp":                           {lit(scene(200), 600, 150), true},
		"a lamp, noise":                    {noisy(lit(scene(200), 600, 150), 8), true},
		"a lamp on bright paper":           {lit(scene(245), 600, 150), true},
		"no light":                         {scene(200), false},
		"a lamp that can be read through":  {lit(scene(180), 120, 200), false},
		"a small lamp":                     {lit(scene(200), 600, 40), false},
		"a white panel":                    {filled(scene(200), panel, 255), false},
		"white paper":                      {scene(255), false},
		"a white table":                    {filled(filled(scene(200), image.Rect(0, 0, 1200, 200), 255), image.Rect(0, 700, 1200, 900), 255), false},
		"bright paper with an empty panel": {noisy(filled(scene(246), panel, 247), 2), false},
	} {
		if got := glare(c.g); got > 0.02 != c.want {
			t.Errorf("%s: %.4f", name, got)
		}
	}
}
