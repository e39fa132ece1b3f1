package quality

// Problem is what a measure beyond its limit means.
type Problem string

// The problems.
const (
	Small         Problem = "small"
	Blurred       Problem = "blurred"
	Dark          Problem = "dark"
	Glare         Problem = "glare"
	CutOff        Problem = "cut-off"
	Grey          Problem = "grey"
	Screenshot    Problem = "screenshot"
	ScreenPattern Problem = "screen"
	Edited        Problem = "edited"
)

// Limit says when a measure is a problem.
type Limit struct {
	Problem Problem
	Measure string // the member of the report, as its JSON names it
	Bound   float64
	Above   bool // the problem is a number above the bound, else one below it
	// Hint marks a measure that is evidence for a person and no verdict.
	Hint bool
	of   func(*Report) float64
}

// Limits is the table of all thresholds. The bounds were set on drawn
// specimens, photographed at four levels of care; glare and cut edges are told
// only where they are extreme.
func Limits() []Limit {
	return []Limit{
		{Problem: Small, Measure: "shortSide", Bound: 600, of: func(r *Report) float64 { return float64(r.ShortSide) }},
		{Problem: Blurred, Measure: "sharpness", Bound: 0.37, of: func(r *Report) float64 { return r.Sharpness }},
		{Problem: Dark, Measure: "brightness", Bound: 40, of: func(r *Report) float64 { return r.Brightness }},
		{Problem: Glare, Measure: "glare", Bound: 0.02, Above: true, of: func(r *Report) float64 { return r.Glare }},
		{Problem: CutOff, Measure: "cutOff", Bound: 0.45, Above: true, of: func(r *Report) float64 { return r.CutOff }},
		{Problem: Grey, Measure: "colour", Bound: 3, of: func(r *Report) float64 { return r.Colour }},
		{Problem: Screenshot, Measure: "flatBands", Bound: 0.32, Above: true, Hint: true, of: func(r *Report) float64 { return r.FlatBands }},
		{Problem: ScreenPattern, Measure: "screenPattern", Bound: 1.9, Above: true, Hint: true, of: func(r *Report) float64 { return r.ScreenPattern }},
		{Problem: Edited, Measure: "edited", Bound: 0.5, Above: true, of: func(r *Report) float64 {
			if r.info.Edited() {
				return 1
			}
			return 0
		}},
	}
}

// exceeds says whether a report is beyond the limit.
func (l *Limit) exceeds(r *Report) bool {
	if l.Above {
		return l.of(r) > l.Bound
	}
	return l.of(r) < l.Bound
}
