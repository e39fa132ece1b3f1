package specimen

import "image"

// Type names a kind of picture that can be ordered.
type Type string

// The types. Documents follow the sizes and fields of ICAO Doc 9303, of EU Directive 2006/126 and of AAMVA.
const (
	Passport         Type = "passport"           // TD3 data page; front only
	IDCard           Type = "id-card"            // TD1 card; the zone is on the back
	IDCardTD2        Type = "id-card-td2"        // the larger TD2 card; front only
	ResidencePermit  Type = "residence-permit"   // TD1 card; the zone is on the back
	DrivingLicence   Type = "driving-licence"    // EU licence; for country USA the same as USDrivingLicence
	USDrivingLicence Type = "us-driving-licence" // licence with a PDF417 symbol on the back
	Selfie           Type = "selfie"             // the holder's head in a room; front only
)

// The sides of a document.
const (
	Front = "front"
	Back  = "back"
)

// kind is what the package knows of a type.
type kind struct {
	name        Type
	front, back func(Order) (*image.RGBA, error)
	code        string                // document code of its machine readable zone
	zone        func(record) []string // nil without a zone
	barcode     bool                  // carries a PDF417 symbol on its back
	corner      float64               // radius of its corners, in parts of its width
	longest     int                   // characters that its number may have
}

func kinds() []kind {
	return []kind{
		{name: Passport, front: Order.passport, code: "P", zone: record.td3, corner: 0.025, longest: 9},
		{name: IDCard, front: Order.cardFront, back: Order.cardBack, code: "ID", zone: record.td1, corner: 0.037, longest: 9},
		{name: IDCardTD2, front: Order.td2, code: "I", zone: record.td2, corner: 0.03, longest: 9},
		{name: ResidencePermit, front: Order.cardFront, back: Order.cardBack, code: "IR", zone: record.td1, corner: 0.037, longest: 9},
		{name: DrivingLicence, front: Order.licenceFront, back: Order.licenceBack, barcode: true, corner: 0.037, longest: 16},
		{name: USDrivingLicence, front: Order.usFront, back: Order.usBack, barcode: true, corner: 0.037, longest: 16},
		{name: Selfie, front: Order.selfie, longest: 16},
	}
}

// kind finds the type of the order; the zero kind for an unknown type.
func (o Order) kind() kind {
	for _, k := range kinds() {
		if k.name == o.Type {
			return k
		}
	}
	return kind{}
}

// Types lists what [Draw] can draw.
func Types() []Type {
	var names []Type
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// Sides lists the sides that a type has, front first; nil for an unknown type.
func Sides(t Type) []string {
	switch k := (Order{Type: t}).kind(); {
	case k.front == nil:
		return nil
	case k.back == nil:
		return []string{Front}
	default:
		return []string{Front, Back}
	}
}
