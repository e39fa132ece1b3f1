package specimen

import (
	"slices"
	"time"
)

// Flaw is something that a check of the picture ought to find.
type Flaw string

// The flaws. Several can be ordered at once. A flaw of something that only the other side shows leaves a side as it is.
const (
	WrongCheckDigit Flaw = "wrong-check-digit" // of the document number in the machine readable zone
	Expired         Flaw = "expired"           // two years before today
	Underage        Flaw = "underage"          // the holder is thirteen
	NoFace          Flaw = "no-face"           // the photograph shows the empty wall or room
	TwoFaces        Flaw = "two-faces"         // the photograph shows a second person beside the holder
	OtherPerson     Flaw = "other-person"      // the photograph shows somebody else of the same sex
	Blurred         Flaw = "blurred"           // out of focus beyond reading
	Glare           Flaw = "glare"             // a blown-out reflection over a good part of the document
	CutOff          Flaw = "cut-off"           // about a fifth of the document, or half the face, is outside the frame
	Grey            Flaw = "grey"              // no colour at all
	Screenshot      Flaw = "screenshot"        // the picture as a telephone's gallery shows it
	AlteredChip     Flaw = "altered-chip"      // the chip holds another zone than was signed
	ForeignChip     Flaw = "foreign-chip"      // an unknown authority stands behind the chip's signature
)

// Flaws lists the flaws that a type can have; nil for an unknown type.
func Flaws(t Type) []Flaw {
	k := Order{Type: t}.kind()
	if k.front == nil {
		return nil
	}
	var list []Flaw
	if k.zone != nil {
		list = append(list, WrongCheckDigit, AlteredChip, ForeignChip)
	}
	if t != Selfie {
		list = append(list, Expired, Underage)
	}
	return append(list, NoFace, TwoFaces, OtherPerson, Blurred, Glare, CutOff, Grey, Screenshot)
}

func (o Order) has(f Flaw) bool { return slices.Contains(o.Flaws, f) }

// spoilDates moves the dates as the flaws want them; they win over ordered dates.
func (o Order) spoilDates() Order {
	if o.has(Underage) {
		o.Holder.Birth = o.Today.AddDate(-13, 0, -19)
	}
	if o.has(Expired) {
		o.Expiry = o.Today.AddDate(-2, 0, 3)
		o.Issued = latest(o.Expiry.AddDate(-10, 0, 1), o.Holder.Birth)
	}
	return o
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
