package evidence

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/vision/aamva"
)

// addLines puts the lines of the first zone into the properties.
func addLines(p map[string]any, sides []Side) {
	for _, s := range sides {
		if s.View != nil && s.View.MRZ != nil {
			for i, line := range s.View.MRZ.Lines {
				p[fmt.Sprintf("mrz_line%d", i+1)] = line
			}
			return
		}
	}
}

// addLicence fills what only reports with extra data have, each in its own shape (Onfido contract section 2e). The
// classes come from the symbol of North American licences; the printed table of others is not read.
func addLicence(p map[string]any, c Case, read []facts) {
	var l facts
	for _, one := range read {
		if one.kind == drivingLicence {
			l = one
		}
	}
	switch c.Report {
	case "document_with_driving_licence_information":
		p["driving_licence_information"] = l.classDetails()
	case "document_with_driver_verification":
		addVerification(p, l)
	case "document_with_address_information", "document_video_with_address_information":
		addAddress(p, c.Sides)
	}
}

// classes are those of field DCA; a card that grants several parts them by blanks, commas or slashes.
func (l facts) classes() []string {
	return strings.FieldsFunc(l.class, func(r rune) bool { return strings.ContainsRune(" ,/", r) })
}

// classDetails are the classes with the dates of the card, as the symbol has none of single classes.
func (l facts) classDetails() []any {
	out := []any{}
	for _, name := range l.classes() {
		out = append(out, map[string]any{
			"category": name, "obtainment_date": null(l.issued), "expiry_date": null(l.expiry), "codes": null(l.codes),
		})
	}
	return out
}

// addVerification says of a licence what its symbol does. What a code restricts is each issuer's own affair, so that
// stays open when there are codes.
func addVerification(p map[string]any, l facts) {
	for _, name := range []string{"drivers_licence", "restricted_licence", "raw_licence_category", "manual_transmission_restriction", "passenger_vehicle"} {
		p[name] = nil
	}
	p["vehicle_class_details"], p["raw_vehicle_classes"] = l.classDetails(), null(strings.Join(l.classes(), ","))
	if l.kind == "" {
		return
	}
	p["drivers_licence"], p["issuing_state"] = true, null(l.region)
	if l.codes == "" {
		p["restricted_licence"], p["manual_transmission_restriction"] = false, false
	}
	motorcycle := func(class string) bool {
		return strings.HasPrefix(class, "M") || strings.HasPrefix(class, "A") && l.issuer != "USA"
	}
	if others := slices.DeleteFunc(l.classes(), motorcycle); len(others) > 0 {
		p["passenger_vehicle"] = map[string]any{"is_qualified": true, "obtainment_date": null(l.issued), "expiry_date": null(l.expiry)}
	}
}

// addAddress takes the address out of a symbol.
func addAddress(p map[string]any, sides []Side) {
	p["address"], p["address_lines"], p["barcode"] = nil, nil, []any{}
	for _, s := range sides {
		if s.View == nil || !s.View.isLicence() {
			continue
		}
		field := func(f aamva.Field) string { return s.View.Barcode.Fields[string(f)] }
		l := barcodeFacts(s.View.Barcode)
		town := field(aamva.City) + " " + field(aamva.State) + " " + field(aamva.PostalCode)
		p["address"] = field(aamva.Street) + ", " + town
		p["address_lines"] = map[string]any{
			"street_address": null(field(aamva.Street)), "city": null(field(aamva.City)), "state": null(field(aamva.State)),
			"postal_code": null(field(aamva.PostalCode)), "country": nil, "country_code": null(l.issuer),
		}
		p["barcode"] = []any{map[string]any{
			"document_type": drivingLicence, "first_name": null(l.firstName), "last_name": null(l.lastName), "date_of_birth": null(l.birth),
			"document_number": null(l.number), "issuing_country": null(l.issuer), "address_line_1": null(field(aamva.Street)),
			"address_line_2": town, "address_line_3": nil, "address_line_4": nil, "address_line_5": nil, "class": null(l.class),
			"real_id_classification": nil,
		}}
	}
}
