package licence

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed data/licences.txt
var licencesText string

// Licence is the driving licence of one issuer.
type Licence struct {
	Country string // ISO 3166-1 alpha-3
	Region  string // two letters of the state in the United States, otherwise empty
	Layout  string // eu, vienna or aamva
	Years   int    // for which a card is issued; 0: without an end

	classes          []class
	place            string
	number, personal string // A stands for a letter, 9 for a digit
	printsAddress    bool
	editions         []edition // oldest first
}

// class is a class of vehicles and the age from which one may drive them.
type class struct {
	name string
	age  int
}

// edition is a form that licences had from a day on.
type edition struct {
	since   time.Time
	name    string
	without string // the classes that it did not have yet, parted by blanks
}

// Book holds all licences. It is read-only after Load.
type Book struct{ licences []*Licence }

// Load reads the embedded table. It fails only when that is broken.
func Load() (*Book, error) { return read(licencesText) }

// All are the licences in the order of the table.
func (b *Book) All() []*Licence { return b.licences }

// Find gives the licence of a country and, in the United States, of a state; without a state the first of the country.
// It is nil for a licence that the report does not read.
func (b *Book) Find(country, region string) *Licence {
	for _, l := range b.licences {
		if l.Country == country && (l.Region == region || region == "" || l.Region == "") {
			return l
		}
	}
	return nil
}

// Edition names the form of a card that was issued on a day, empty before the first.
func (l *Licence) Edition(issued time.Time) string { return l.edition(issued).name }

func (l *Licence) edition(issued time.Time) (latest edition) {
	for _, e := range l.editions {
		if !issued.Before(e.since) {
			latest = e
		}
	}
	return latest
}

// read reads the lines of the table; editions stand before the licences that have them.
func read(text string) (*Book, error) {
	b, editions := &Book{}, map[string][]edition{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if fields[0] == "edition" && len(fields) == 5 {
			since, err := time.Parse(time.DateOnly, fields[2])
			if err != nil {
				return nil, fmt.Errorf("the table of licences has the line %q: %w", line, err)
			}
			editions[fields[1]] = append(editions[fields[1]], edition{since, fields[3], fields[4]})
			continue
		}
		l, err := readLicence(fields)
		if err != nil {
			return nil, fmt.Errorf("the table of licences has the line %q: %w", line, err)
		}
		if l.editions = editions[l.Layout]; l.editions == nil {
			return nil, fmt.Errorf("the table of licences has no edition of %q", l.Layout)
		}
		b.licences = append(b.licences, l)
	}
	return b, nil
}

func readLicence(fields []string) (*Licence, error) {
	if len(fields) != 8 {
		return nil, fmt.Errorf("%d columns instead of 8", len(fields))
	}
	l := &Licence{Layout: fields[1], place: fields[4], number: fields[5], personal: fields[6], printsAddress: fields[7] == "address"}
	l.Country, l.Region, _ = strings.Cut(fields[0], "-")
	var err error
	if l.Years, err = strconv.Atoi(strings.TrimPrefix(fields[2], "~")); err != nil {
		return nil, err
	}
	for _, word := range strings.Fields(fields[3]) {
		name, age, _ := strings.Cut(word, ":")
		years, err := strconv.Atoi(age)
		if err != nil {
			return nil, err
		}
		l.classes = append(l.classes, class{name, years})
	}
	if len(l.classes) == 0 {
		return nil, fmt.Errorf("no classes")
	}
	return l, nil
}
