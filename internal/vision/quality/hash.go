package quality

import (
	"image"
	"math"
	"math/bits"
	"slices"

	"github.com/dossier-id/dossier/internal/vision/raster"
)

// hashSize is the side of the picture that the hash is reckoned from.
const hashSize = 32

// Hash is a perceptual hash of 64 bits: the signs of the lowest frequencies of
// the picture, compared with their median. The same picture in another size or
// compression differs in few bits, another picture in about half of them.
func Hash(g *image.Gray) uint64 {
	small := raster.Resize(g, hashSize, hashSize)
	var low []float64
	for v := range 8 {
		for u := range 8 {
			low = append(low, cosine(small, u, v))
		}
	}
	sorted := slices.Sorted(slices.Values(low[1:])) // without the mean
	median := sorted[len(sorted)/2]
	var hash uint64
	for i, value := range low {
		if value > median {
			hash |= 1 << i
		}
	}
	return hash
}

// cosine is one coefficient of the discrete cosine transform, type II.
func cosine(g *image.Gray, u, v int) (sum float64) {
	wave := func(f, i int) float64 { return math.Cos(math.Pi * float64(f) * (float64(i) + 0.5) / hashSize) }
	for y := range hashSize {
		for x := range hashSize {
			sum += float64(g.Pix[y*g.Stride+x]) * wave(u, x) * wave(v, y)
		}
	}
	return sum
}

// SamePicture is the number of bits up to which two hashes are those of one
// picture, saved again: 96 of 100 such pairs are, and one in a thousand of
// different pictures of one kind of document.
const SamePicture = 4

// Distance is the number of bits in which two hashes differ.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }
