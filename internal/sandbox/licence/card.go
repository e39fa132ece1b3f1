package licence

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// someBirth is taken where an applicant has not said theirs, as in Onfido's own sandbox (Onfido contract section 2g).
const someBirth = "1990-01-01"

// glasses is the code of corrective lenses: 01 in Directive 2006/126/EC, annex I, section 12; B in the AAMVA's list.
const (
	glasses      = "01"
	glassesAAMVA = "B"
)

// Holder is whom a licence is made for, as far as they said; empty is what they did not.
type Holder struct {
	FirstName, LastName string
	Birth               string // YYYY-MM-DD
	Street, Town        string
	State, Postcode     string
}

// For makes the properties that a report document_with_driver_verification has about the licence which a holder would
// have today (Onfido contract section 2e): the same each time for the same holder and day. It is nil for somebody who
// is too young for any of its classes.
func (l *Licence) For(h Holder, today time.Time) map[string]any {
	m := l.maker(h)
	held, issued := m.obtain(today)
	if len(held) == 0 {
		return nil
	}
	expiry := any(nil)
	if l.Years > 0 {
		expiry = issued.AddDate(l.Years, 0, -1).Format(time.DateOnly)
	}
	p := map[string]any{
		"document_type": "driving_licence", "issuing_country": l.Country, "issuing_date": issued.Format(time.DateOnly),
		"date_of_expiry": expiry, "document_numbers": m.numbers(), "drivers_licence": true, "restricted_licence": false,
		"raw_licence_category": "full", "manual_transmission_restriction": false,
	}
	m.classes(p, held, expiry)
	m.optional(p)
	return p
}

// maker makes one card, with chance that belongs to the holder.
type maker struct {
	*Licence
	holder Holder
	birth  time.Time
	chance *rand.Rand
}

// obtained is a class that the holder has, and since when.
type obtained struct {
	name  string
	since time.Time
}

func (l *Licence) maker(h Holder) *maker {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(strings.Join([]string{l.Country, l.Region, h.FirstName, h.LastName, h.Birth}, "\x00"))) // never fails
	birth, err := time.Parse(time.DateOnly, h.Birth)
	if err != nil {
		birth, _ = time.Parse(time.DateOnly, someBirth) // a constant
	}
	return &maker{Licence: l, holder: h, birth: birth, chance: rand.New(rand.NewPCG(seed.Sum64(), 1))} // #nosec G404 -- made-up numbers, the same each time
}

// obtain gives the classes that the holder has on a day, in the order of the table, and when their present card was
// issued: with the last class, and anew whenever one ran out. Classes from one age come with one test.
func (m *maker) obtain(today time.Time) (held []obtained, issued time.Time) {
	waited := map[int]int{} // days after the age
	for _, c := range m.Licence.classes {
		if _, known := waited[c.age]; !known {
			waited[c.age] = 20 + m.chance.IntN(300)
		}
		since := m.birth.AddDate(c.age, 0, waited[c.age])
		if since.After(today) {
			continue
		}
		held = append(held, obtained{c.name, since})
		if since.After(issued) {
			issued = since
		}
	}
	if first := m.editions[0].since; issued.Before(first) { // exchanged for one of a form that is known
		issued = first
	}
	for m.Years > 0 && len(held) > 0 && !issued.AddDate(m.Years, 0, -1).After(today) {
		issued = issued.AddDate(m.Years, 0, 0)
	}
	missing := strings.Fields(m.edition(issued).without)
	return slices.DeleteFunc(held, func(o obtained) bool { return slices.Contains(missing, o.name) }), issued
}

// numbers are the document's and, where it is printed, the person's.
func (m *maker) numbers() []any {
	numbers := []any{map[string]any{"type": "document_number", "value": m.fill(m.number)}}
	if m.personal != "" {
		numbers = append(numbers, map[string]any{"type": "personal_number", "value": m.fill(m.personal)})
	}
	return numbers
}

// fill puts letters and digits into a pattern. A pattern's own letters other than A stay.
func (m *maker) fill(pattern string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'A':
			return 'A' + m.chance.Int32N(26)
		case '9':
			return '0' + m.chance.Int32N(10)
		}
		return r
	}, pattern)
}

// classes are the classes in the three forms that the report has. A third of all holders need glasses.
func (m *maker) classes(p map[string]any, held []obtained, expiry any) {
	var codes any
	if m.chance.IntN(3) == 0 {
		codes = map[bool]string{true: glassesAAMVA, false: glasses}[m.Layout == "aamva"]
	}
	var names []string
	details := []any{}
	car := map[string]any{"is_qualified": false, "obtainment_date": nil, "expiry_date": nil}
	for _, o := range held {
		row := map[string]any{"category": o.name, "codes": codes, "obtainment_date": o.since.Format(time.DateOnly), "expiry_date": expiry}
		if m.Layout == "aamva" { // has dates of the card alone
			row["obtainment_date"] = nil
		}
		if o.name == "B" || m.Layout == "aamva" {
			car = map[string]any{"is_qualified": true, "obtainment_date": row["obtainment_date"], "expiry_date": expiry}
		}
		names, details = append(names, o.name), append(details, row)
	}
	p["raw_vehicle_classes"], p["vehicle_class_details"], p["passenger_vehicle"] = strings.Join(names, ","), details, car
}

// optional are the fields that not every licence prints.
func (m *maker) optional(p map[string]any) {
	if m.Layout == "aamva" {
		p["issuing_state"] = m.Region
	} else {
		p["place_of_birth"] = m.place
	}
	h := m.holder
	if !m.printsAddress || h.Street == "" || h.Town == "" {
		return
	}
	lines := map[string]any{"street_address": h.Street, "city": h.Town, "state": nil, "postal_code": nil, "country": nil, "country_code": m.Country}
	whole := []string{h.Street, h.Town}
	for key, value := range map[string]string{"state": h.State, "postal_code": h.Postcode} {
		if value != "" {
			lines[key] = value
		}
	}
	if rest := strings.TrimSpace(h.State + " " + h.Postcode); rest != "" {
		whole = append(whole, rest)
	}
	p["address"], p["address_lines"] = strings.Join(whole, ", "), lines
}
