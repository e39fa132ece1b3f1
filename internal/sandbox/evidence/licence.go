package evidence

import (
	"fmt"

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
	classes := []any{}
	if l.class != "" {
		classes = append(classes, map[string]any{
			"category": l.class, "obtainment_date": null(l.issued), "expiry_date": null(l.expiry), "codes": nil,
		})
	}
	switch c.Report {
	case "document_with_driving_licence_information":
		p["driving_licence_information"] = classes
	case "document_with_driver_verification":
		p["vehicle_class_details"], p["raw_vehicle_classes"] = classes, null(l.class)
		p["drivers_licence"], p["restricted_licence"], p["raw_licence_category"] = nil, nil, nil
		p["manual_transmission_restriction"], p["passenger_vehicle"] = nil, nil
		if l.kind != "" {
			p["drivers_licence"] = true
		}
	case "document_with_address_information", "document_video_with_address_information":
		addAddress(p, c.Sides)
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
