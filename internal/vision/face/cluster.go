package face

import (
	"cmp"
	"image"
	"slices"

	pigo "github.com/esimov/pigo/core"
)

// cluster is detections that are one face: the sum of their scores, and of
// their places weighted with the scores.
type cluster struct {
	seed           pigo.Detection
	score          float64
	row, col, size float64
}

// clusters gathers detections around the best ones. Pigo's own clustering
// counts a detection for several faces.
func clusters(all []pigo.Detection) []cluster {
	slices.SortFunc(all, func(a, b pigo.Detection) int {
		return cmp.Or(cmp.Compare(b.Q, a.Q), a.Row-b.Row, a.Col-b.Col, a.Scale-b.Scale)
	})
	var found []cluster
	for _, d := range all {
		at := slices.IndexFunc(found, func(c cluster) bool { return overlap(box(c.seed), box(d)) > sameFace })
		if at < 0 {
			at = len(found)
			found = append(found, cluster{seed: d})
		}
		found[at].add(d)
	}
	return found
}

func (c *cluster) add(d pigo.Detection) {
	q := float64(d.Q)
	c.score += q
	c.row, c.col, c.size = c.row+q*float64(d.Row), c.col+q*float64(d.Col), c.size+q*float64(d.Scale)
}

// face is the cluster in a picture that is scale times as large.
func (c *cluster) face(scale float64) Face {
	half := c.size / c.score / 2
	x, y := c.col/c.score, c.row/c.score
	return Face{
		Box:   image.Rect(int((x-half)*scale), int((y-half)*scale), int((x+half)*scale), int((y+half)*scale)),
		Score: c.score,
	}
}

func box(d pigo.Detection) image.Rectangle {
	return image.Rect(d.Col-d.Scale/2, d.Row-d.Scale/2, d.Col+d.Scale/2, d.Row+d.Scale/2)
}

// overlap is the part of the smaller box that lies in the other one.
func overlap(a, b image.Rectangle) float64 {
	common := a.Intersect(b)
	return float64(common.Dx()*common.Dy()) / float64(max(min(a.Dx()*a.Dy(), b.Dx()*b.Dy()), 1))
}

// withoutClothes leaves out what hardly looks like a face and lies where the
// body of a far surer one is: folds, seams and collars. A child who is held in
// front of somebody stays, being about as sure as they.
func withoutClothes(found []Face) []Face {
	worn := func(f Face) bool {
		return slices.ContainsFunc(found, func(wearer Face) bool {
			return f.Score < clothes*wearer.Score && overlap(f.Box, body(wearer.Box)) > sameFace
		})
	}
	return slices.DeleteFunc(slices.Clone(found), worn)
}

// body is where that of a head is: as wide as shoulders, two heads high.
func body(head image.Rectangle) image.Rectangle {
	size := head.Dx()
	return image.Rect(head.Min.X-size/2, head.Max.Y, head.Max.X+size/2, head.Max.Y+2*size)
}

// joined are the faces of the closer look, and of the quick one those that lie
// elsewhere: small ones, and not a nose or an eye of a large one.
func joined(closer, quick []Face) []Face {
	all := slices.Clone(closer)
	for _, f := range quick {
		if !slices.ContainsFunc(closer, func(c Face) bool { return overlap(c.Box, f.Box) > sameFace }) {
			all = append(all, f)
		}
	}
	return largestFirst(all)
}
