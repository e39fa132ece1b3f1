package printed

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// element is the number that licences print in front of a field: 1 to 15, the fourth in parts.
var element = regexp.MustCompile(`^(4 ?[aAbBcCdD]|1[0-9]|[1-9]|[Il|])[.,:]?$`)

// numberOf is the element's number at the beginning of a piece, and the rest of it.
func (p piece) numberOf() (number string, rest piece) {
	m := element.FindStringSubmatch(p[0].text)
	if m == nil {
		return "", p
	}
	number = strings.ToLower(m[1])
	if strings.ContainsAny(number, "il|") {
		number = "1"
	}
	return number, p[1:]
}

// american reads the elements of a licence of North America, which have a number and a label: "4b EXP 04/07/2035". It
// does nothing unless it finds two of the labels.
func american(rows []row, t *Text) bool {
	labels := map[string]Field{
		"DLN": DocumentNumber, "DL": DocumentNumber, "DOB": BirthDate, "EXP": ExpiryDate, "ISS": IssueDate, "1SS": IssueDate,
		"CLASS": VehicleClass, "SEX": Sex, "LN": LastName, "FN": FirstName,
	}
	numbers := map[string]Field{
		"1": LastName, "2": FirstName, "3": BirthDate, "4a": IssueDate, "4b": ExpiryDate, "4d": DocumentNumber, "9": VehicleClass, "15": Sex,
	}
	read, found := &Text{Fields: map[Field]string{}, Confidence: map[Field]float64{}}, 0
	for _, r := range rows {
		for _, p := range r {
			number, rest := p.numberOf()
			if len(rest) == 0 {
				continue
			}
			field, labelled := labels[strings.ToUpper(strings.Trim(rest[0].text, ".,:;"))]
			if labelled {
				found++
			} else if field = numbers[number]; field == "" {
				continue
			}
			if labelled || field != LastName && field != FirstName {
				rest = rest[1:]
			}
			if len(rest) > 0 {
				read.take(field, rest, monthFirst)
			}
		}
	}
	if found < 2 {
		return false
	}
	for f, value := range read.Fields {
		t.put(f, value, read.Confidence[f])
	}
	return true
}

// european reads the numbered fields of a European licence. The numbers are small and often lost, so the place of the others
// is taken from the three dates, of birth, issue and expiry, that stand under one another: names above them, the number below.
func european(rows []row, t *Text) bool {
	values := numbered(rows, t)
	for _, v := range values {
		column := slices.DeleteFunc(slices.Clone(values), func(p piece) bool { return !aligned(p, v) })
		i := threeDates(column)
		if i < 0 {
			continue
		}
		t.take(BirthDate, column[i], dayFirst)
		t.take(IssueDate, column[i+1], dayFirst)
		t.take(ExpiryDate, column[i+2], dayFirst)
		if _, place, _ := column[i].date(dayFirst); len(place) > 0 {
			t.take(BirthPlace, place, dayFirst)
		}
		if i > 1 {
			t.take(LastName, column[i-2], dayFirst)
			t.take(FirstName, column[i-1], dayFirst)
		}
		if len(column) > i+3 {
			t.take(DocumentNumber, column[i+3], dayFirst)
		}
		break
	}
	return len(t.Fields) > 0
}

// numbered takes what has a number that was read and is not ambiguous, and gives all values from top to bottom.
func numbered(rows []row, t *Text) (values []piece) {
	numbers := map[string]Field{"4a": IssueDate, "4b": ExpiryDate, "4c": Authority, "9": VehicleClass}
	for _, r := range rows {
		number := ""
		for _, p := range r {
			own, rest := p.numberOf()
			if number = cmp.Or(own, number); len(rest) == 0 {
				continue // the number alone: its value is the next piece
			}
			if f, known := numbers[number]; known {
				t.take(f, rest, dayFirst)
			}
			values, number = append(values, rest), ""
		}
	}
	return values
}

// threeDates is the place of the first of three dates that follow one another and rise; -1 when there are none.
func threeDates(column []piece) int {
	for i := range max(0, len(column)-2) {
		first, _, _ := column[i].date(dayFirst)
		second, _, _ := column[i+1].date(dayFirst)
		third, _, _ := column[i+2].date(dayFirst)
		if first != "" && first < second && second < third {
			return i
		}
	}
	return -1
}

// aligned tells whether two pieces begin at the same place of their rows.
func aligned(a, b piece) bool {
	away := a.left() - b.left()
	return max(away, -away) <= max(a[0].height(), b[0].height())
}
