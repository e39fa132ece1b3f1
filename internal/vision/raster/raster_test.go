package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

func noisy(w, h int, seed uint64) *image.Gray {
	r := rand.New(rand.NewPCG(seed, 1))
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = uint8(r.Uint32())
	}
	return g
}

// naive looks at every pixel of every square.
func naive(g *image.Gray, size int, pick func(a, b uint8) uint8) *image.Gray {
	out := image.NewGray(g.Rect)
	clamp := func(v, n int) int { return min(max(v, 0), n-1) }
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			v := g.Pix[y*g.Stride+x]
			for dy := range size {
				for dx := range size {
					v = pick(v, g.Pix[clamp(y+dy-size/2, g.Rect.Dy())*g.Stride+clamp(x+dx-size/2, g.Rect.Dx())])
				}
			}
			out.Pix[y*out.Stride+x] = v
		}
	}
	return out
}

func TestMorphologyIsWhatItSays(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3, 5, 11} {
		for _, g := range []*image.Gray{noisy(37, 41, 1), noisy(1, 9, 2), noisy(70, 3, 3)} {
			if !bytes.Equal(Dilate(g, size).Pix, naive(g, size, func(a, b uint8) uint8 { return max(a, b) }).Pix) {
				t.Errorf("dilation of %v by %d is wrong", g.Rect, size)
			}
			if !bytes.Equal(Erode(g, size).Pix, naive(g, size, func(a, b uint8) uint8 { return min(a, b) }).Pix) {
				t.Errorf("erosion of %v by %d is wrong", g.Rect, size)
			}
		}
	}
}

func TestBlurAverages(t *testing.T) {
	t.Parallel()
	g := noisy(23, 17, 4)
	got := Blur(g, 2)
	for _, at := range []image.Point{{0, 0}, {22, 16}, {11, 8}, {1, 15}} {
		sum, n := 0, 0
		square := image.Rect(at.X-2, at.Y-2, at.X+3, at.Y+3).Intersect(g.Rect)
		for y := square.Min.Y; y < square.Max.Y; y++ {
			for x := square.Min.X; x < square.Max.X; x++ {
				sum += int(g.GrayAt(x, y).Y)
				n++
			}
		}
		if want := uint8(sum / n); got.GrayAt(at.X, at.Y).Y != want {
			t.Errorf("at %v %d, want %d", at, got.GrayAt(at.X, at.Y).Y, want)
		}
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	g := noisy(5, 3, 5)
	once := Turn(g, 1)
	if once.Rect != image.Rect(0, 0, 3, 5) || once.GrayAt(2, 0) != g.GrayAt(0, 0) {
		t.Errorf("a quarter clockwise brings the upper left corner to %v", once.Rect)
	}
	if !bytes.Equal(Turn(Turn(Turn(once, 1), 1), 1).Pix, g.Pix) || !bytes.Equal(Turn(once, 1).Pix, Turn(g, 2).Pix) || !bytes.Equal(Turn(Turn(g, 3), 1).Pix, g.Pix) {
		t.Error("turns do not add up")
	}
	colours := Shrink(g, 100)
	if !bytes.Equal(Grey(TurnRGBA(colours, 3)).Pix, Turn(g, 3).Pix) || !bytes.Equal(Mirror(Mirror(colours)).Pix, colours.Pix) {
		t.Error("coloured pictures turn otherwise")
	}
}

func TestShrinkAverages(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(10, 10, 410, 210))
	for y := 10; y < 210; y++ {
		for x := 10; x < 410; x++ {
			img.Set(x, y, color.NRGBA{R: uint8(200 * (x % 2)), G: 100, B: 50, A: 255})
		}
	}
	small := Shrink(img, 100)
	if small.Rect != image.Rect(0, 0, 100, 50) || small.RGBAAt(40, 20) != (color.RGBA{R: 100, G: 100, B: 50, A: 255}) {
		t.Errorf("%v, %v", small.Rect, small.RGBAAt(40, 20))
	}
	if blank := Shrink(image.NewNRGBA(image.Rect(0, 0, 4, 4)), 100).RGBAAt(1, 1); blank.R != 255 {
		t.Errorf("what is transparent becomes %v", blank)
	}
	if long := Shrink(image.NewGray(image.Rect(0, 0, 4000, 1)), 100); long.Rect != image.Rect(0, 0, 100, 1) {
		t.Errorf("a line becomes %v", long.Rect)
	}
}

func TestResizeKeepsBrightness(t *testing.T) {
	t.Parallel()
	g := noisy(300, 200, 6)
	for _, size := range []image.Point{{30, 20}, {301, 7}, {600, 400}, {1, 1}} {
		small := Resize(g, size.X, size.Y)
		sum := 0
		for _, v := range small.Pix {
			sum += int(v)
		}
		if mean := sum / len(small.Pix); mean < 120 || mean > 135 {
			t.Errorf("%v has a mean of %d", size, mean)
		}
	}
}

func TestFitFindsThePerspective(t *testing.T) {
	t.Parallel()
	want := Homography{2, 0.3, 100, -0.2, 1.8, 50, 1e-4, 2e-4, 1}
	var from, to []Point
	for _, p := range []Point{{0, 0}, {400, 10}, {390, 300}, {5, 290}, {200, 150}} {
		x, y := want.Apply(p.X, p.Y)
		from, to = append(from, p), append(to, Point{x, y})
	}
	for n := 4; n <= 5; n++ {
		m, err := Fit(from[:n], to[:n])
		if err != nil {
			t.Fatal(err)
		}
		x, y := m.Apply(123, 45)
		wx, wy := want.Apply(123, 45)
		if math.Hypot(x-wx, y-wy) > 1e-6 {
			t.Errorf("%d points: (%g, %g), want (%g, %g)", n, x, y, wx, wy)
		}
		bx, by := m.Inverse().Apply(x, y)
		if math.Hypot(bx-123, by-45) > 1e-6 {
			t.Errorf("and back to (%g, %g)", bx, by)
		}
	}
	for _, bad := range [][]Point{nil, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}} {
		if _, err := Fit(bad, bad); !errors.Is(err, ErrDegenerate) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestWarpStaysInside(t *testing.T) {
	t.Parallel()
	g := noisy(10, 10, 7)
	for _, m := range []Homography{{}, {1, 0, 1e9, 0, 1, -1e9, 0, 0, 1}, {1, 0, 0, 0, 1, 0, 1, 1, -5}, {math.NaN()}} {
		if got := Warp(g, m, 4, 4); len(got.Pix) != 16 {
			t.Errorf("%v", got.Rect)
		}
	}
	if same := Warp(g, Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}, 10, 10); !bytes.Equal(same.Pix, g.Pix) {
		t.Error("the identity changes pixels")
	}
}

func TestPatches(t *testing.T) {
	t.Parallel()
	g := image.NewGray(image.Rect(0, 0, 60, 40))
	for x := 10; x < 40; x++ {
		for y := 20; y < 26; y++ {
			g.SetGray(x, y, color.Gray{Y: 200})
		}
	}
	g.SetGray(50, 5, color.Gray{Y: 120})
	patches := Patches(g, Levels(g, 50, 1))
	if len(patches) != 2 {
		t.Fatalf("%d patches", len(patches))
	}
	m := patches[1].Moments()
	if m.Mass != 180 || m.X != 25 || m.Y != 23 || math.Abs(m.DX) < 0.999 || math.Abs(m.Along-30) > 0.1 || math.Abs(m.Across-6) > 0.1 {
		t.Errorf("%+v", m)
	}
	if from, to := patches[1].Extent(Point{25, 23}, Point{1, 0}); from != -15 || to != 15 {
		t.Errorf("extends from %g to %g", from, to)
	}
	if corner := patches[1].Farthest(Point{1, -1}); corner != (Point{40, 20}) {
		t.Errorf("upper right corner %v", corner)
	}
}
