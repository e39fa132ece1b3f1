package specimen

import (
	"image"
	"math"
	"testing"
	"time"
)

// drawn is a picture of an order as pixels.
func drawn(t *testing.T, o Order) *image.RGBA {
	t.Helper()
	img, err := Draw(o)
	if err != nil {
		t.Fatal(err)
	}
	rgba, ok := img.(*image.RGBA)
	if !ok {
		t.Fatalf("picture is a %T", img)
	}
	return rgba
}

func TestFlawsOfThePrintAreInTheZone(t *testing.T) {
	t.Parallel()
	today := time.Date(2030, time.March, 4, 0, 0, 0, 0, time.UTC)
	for _, typ := range []Type{Passport, IDCard, IDCardTD2, ResidencePermit} {
		for _, flaw := range []Flaw{"", WrongCheckDigit, Expired, Underage} {
			o := Order{Type: typ, Today: today, Seed: 5}
			if flaw != "" {
				o.Flaws = []Flaw{flaw}
			}
			lines, err := MRZ(o)
			if err != nil {
				t.Fatal(err)
			}
			z := readZone(t, lines)
			if z.numberRight == (flaw == WrongCheckDigit) || !z.restRight {
				t.Errorf("%s %s: check digits of %q: number %v, others %v", typ, flaw, lines, z.numberRight, z.restRight)
			}
			if z.expiry.Before(today) != (flaw == Expired) {
				t.Errorf("%s %s expires %s", typ, flaw, z.expiry)
			}
			if z.birth.AddDate(18, 0, 0).After(today) != (flaw == Underage) {
				t.Errorf("%s %s was born %s", typ, flaw, z.birth)
			}
		}
	}
}

// zone is what a reader that knows only Doc 9303 finds in the lines.
type zone struct {
	numberRight, restRight bool
	birth, expiry          time.Time
}

func readZone(t *testing.T, lines []string) zone {
	t.Helper()
	var number, birth, expiry, composite string
	switch len(lines[0]) {
	case 44:
		l := lines[1]
		number, birth, expiry, composite = l[:10], l[13:20], l[21:28], l[:10]+l[13:20]+l[21:44]
	case 36:
		l := lines[1]
		number, birth, expiry, composite = l[:10], l[13:20], l[21:28], l[:10]+l[13:20]+l[21:36]
	case 30:
		upper, l := lines[0], lines[1]
		number, birth, expiry, composite = upper[5:15], l[:7], l[8:15], upper[5:30]+l[:7]+l[8:15]+l[18:30]
	default:
		t.Fatalf("lines of %d characters", len(lines[0]))
	}
	right := func(s string) bool { return checkDigit(s[:len(s)-1]) == s[len(s)-1] }
	day := func(s, century string) time.Time {
		d, err := time.Parse("20060102", century+s[:6])
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	born := day(birth, "19")
	if birth[0] < '5' {
		born = day(birth, "20")
	}
	return zone{right(number), right(birth) && right(expiry) && right(composite), born, day(expiry, "20")}
}

func TestGreyHasNoColour(t *testing.T) {
	t.Parallel()
	for _, flaws := range [][]Flaw{nil, {Grey, Screenshot}} {
		img := drawn(t, Order{Type: DrivingLicence, Side: Back, Flaws: flaws})
		coloured := false
		for i := 0; i < len(img.Pix); i += 4 {
			coloured = coloured || img.Pix[i] != img.Pix[i+1] || img.Pix[i] != img.Pix[i+2]
		}
		if coloured != (flaws == nil) {
			t.Errorf("flaws %q: coloured %v", flaws, coloured)
		}
	}
}

func TestBlurredHasNoEdges(t *testing.T) {
	t.Parallel()
	sharp := steepest(drawn(t, Order{Type: IDCard, Side: Back}))
	soft := steepest(drawn(t, Order{Type: IDCard, Side: Back, Flaws: []Flaw{Blurred}}))
	if sharp < 150 || soft > 25 {
		t.Errorf("steepest steps between neighbours are %d sharp and %d blurred", sharp, soft)
	}
}

// steepest is the greatest step of green between neighbours in a row.
func steepest(img *image.RGBA) int {
	steepest := 0
	for y := range img.Rect.Dy() {
		for x := 1; x < img.Rect.Dx(); x++ {
			step := int(img.Pix[img.PixOffset(x, y)+1]) - int(img.Pix[img.PixOffset(x-1, y)+1])
			steepest = max(steepest, step, -step)
		}
	}
	return steepest
}

func TestGlareBlowsOut(t *testing.T) {
	t.Parallel()
	share := func(flaws ...Flaw) float64 {
		img, white := drawn(t, Order{Type: IDCard, Flaws: append(flaws, NoFace)}), 0
		for i := 0; i < len(img.Pix); i += 4 {
			if img.Pix[i] >= 254 && img.Pix[i+1] >= 254 && img.Pix[i+2] >= 254 {
				white++
			}
		}
		return float64(white) / float64(len(img.Pix)/4)
	}
	if without, with := share(), share(Glare); without > 0.01 || with < 0.05 {
		t.Errorf("blown-out share is %.3f without and %.3f with glare", without, with)
	}
}

func TestCutOffLeavesTheFrame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		for lvl := 1; lvl <= 3; lvl++ {
			for _, flaws := range [][]Flaw{nil, {CutOff}} {
				o := Order{Type: Passport, Seed: seed, Level: lvl, Flaws: flaws}
				l, outside := lensOf(lvl), 0
				for _, p := range o.corners(l, 88.0/125, o.rand("camera")) {
					if p.x < 0 || p.y < 0 || p.x > float64(l.width) || p.y > float64(l.width)*3/4 {
						outside++
					}
				}
				if (outside > 0) != (flaws != nil) {
					t.Errorf("seed %d, level %d, flaws %q: %d corners outside", seed, lvl, flaws, outside)
				}
			}
		}
	}
	if got, whole := drawn(t, Order{Type: IDCard, Side: Back, Flaws: []Flaw{CutOff}}).Rect, image.Rect(0, 0, 1400, 883); !got.In(whole) || got == whole {
		t.Errorf("flat picture with a part cut off is %v", got)
	}
}

func TestScreenshotHasTheSizeOfATelephone(t *testing.T) {
	t.Parallel()
	got := drawn(t, Order{Type: IDCard, Side: Back, Level: 2, Flaws: []Flaw{Screenshot}}).Rect.Size()
	if want := (image.Point{X: 1080, Y: 2340}); got != want {
		t.Errorf("screenshot is %v, want %v", got, want)
	}
}

func TestPeopleOnThePhotograph(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		o := Order{Type: Selfie, Seed: seed, Holder: Holder{Sex: "F"}}
		holder := o.people()
		for flaw, want := range map[Flaw]int{NoFace: 0, TwoFaces: 2, OtherPerson: 1} {
			o.Flaws = []Flaw{flaw}
			people := o.people()
			if len(people) != want {
				t.Errorf("%s shows %d people, want %d", flaw, len(people), want)
			}
			if flaw == OtherPerson && (people[0].skin == holder[0].skin || people[0].hair == holder[0].hair) {
				t.Errorf("seed %d: the other person looks like the holder", seed)
			}
			if flaw == TwoFaces && (people[0].grain != holder[0].grain || people[1].grain == holder[0].grain) {
				t.Errorf("seed %d: the two faces are not the holder and somebody else", seed)
			}
		}
	}
}

func TestNoFaceIsAnEmptyWall(t *testing.T) {
	t.Parallel()
	o := Order{Type: Passport, Holder: Holder{Sex: "F"}}
	empty := o
	empty.Flaws = []Flaw{NoFace}
	if with, without := contrast(o.portrait(70, 90)), contrast(empty.portrait(70, 90)); with < 100 || without > 25 {
		t.Errorf("contrast of the photograph is %.0f with and %.0f without a face", with, without)
	}
}

// contrast is the difference between the brightest and the darkest green.
func contrast(img *image.RGBA) float64 {
	low, high := 255.0, 0.0
	for i := 1; i < len(img.Pix); i += 4 {
		low, high = math.Min(low, float64(img.Pix[i])), math.Max(high, float64(img.Pix[i]))
	}
	return high - low
}
