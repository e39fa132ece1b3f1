package licence

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func today() time.Time { return time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC) }

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func anna() Holder {
	return Holder{FirstName: "Anna", LastName: "Specimen", Birth: "1990-08-12", Street: "1 Nowhere Lane", Town: "Zenith", State: "CA", Postcode: "00000"}
}

// TestEachLicenceMakesSense makes all 64 for people of many ages and holds the dates to each other.
func TestEachLicenceMakesSense(t *testing.T) {
	t.Parallel()
	all := book(t).All()
	if len(all) != 64 {
		t.Fatalf("%d licences", len(all))
	}
	for _, l := range all {
		for year := 1940; year <= 2007; year += 3 {
			h := anna()
			h.Birth = fmt.Sprintf("%d-02-28", year)
			p := l.For(h, today())
			if p == nil {
				t.Fatalf("%s%s has no licence for somebody of %d", l.Country, l.Region, 2026-year)
			}
			checkCard(t, l, h, p)
			if again := l.For(h, today()); !reflect.DeepEqual(p, again) {
				t.Errorf("%s: another licence the second time", l.Country)
			}
		}
	}
}

func checkCard(t *testing.T, l *Licence, h Holder, p map[string]any) {
	t.Helper()
	name, now := l.Country+l.Region, today().Format(time.DateOnly)
	issued, expiry := p["issuing_date"].(string), fmt.Sprint(p["date_of_expiry"])
	if issued > now || l.Years > 0 && expiry < now || p["issuing_country"] != l.Country {
		t.Errorf("%s of %s: issued %s, expires %s", name, h.Birth, issued, expiry)
	}
	if l.Edition(day(t, issued)) == "" {
		t.Errorf("%s of %s: no edition at %s", name, h.Birth, issued)
	}
	details := p["vehicle_class_details"].([]any)
	var names []string
	for _, d := range details {
		d := d.(map[string]any)
		names = append(names, d["category"].(string))
		if since, printed := d["obtainment_date"].(string); printed && (since > issued && l.Years > 0 || since < h.Birth) {
			t.Errorf("%s of %s: class since %s on a card of %s", name, h.Birth, since, issued)
		}
	}
	if len(names) == 0 || p["raw_vehicle_classes"] != strings.Join(names, ",") {
		t.Errorf("%s of %s: classes %v, raw %v", name, h.Birth, names, p["raw_vehicle_classes"])
	}
	if car := p["passenger_vehicle"].(map[string]any); !car["is_qualified"].(bool) {
		t.Errorf("%s of %s may not drive a car", name, h.Birth)
	}
	if _, place := p["place_of_birth"]; place == (l.Layout == "aamva") {
		t.Errorf("%s: place of birth %v", name, p["place_of_birth"])
	}
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLicencesBelongToTheirHolders(t *testing.T) {
	t.Parallel()
	nld := book(t).Find("NLD", "")
	mine, other := anna(), anna()
	other.LastName = "Other"
	a, b := nld.For(mine, today()), nld.For(other, today())
	if reflect.DeepEqual(a["document_numbers"], b["document_numbers"]) {
		t.Error("two people have one number")
	}
	text, err := json.Marshal(book(t).Find("USA", "TX").For(mine, today()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"issuing_state":"TX"`, `"raw_vehicle_classes":"C"`, `"address":"1 Nowhere Lane, Zenith, CA 00000"`, `"obtainment_date":null`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestTheYoungHaveWhatTheirAgeAllows(t *testing.T) {
	t.Parallel()
	h := anna()
	h.Birth = "2009-01-01" // 17
	p := book(t).Find("DEU", "").For(h, today())
	if p["raw_vehicle_classes"] != "AM" || p["passenger_vehicle"].(map[string]any)["is_qualified"].(bool) {
		t.Errorf("at 17: %v", p)
	}
	h.Birth = "2015-01-01"
	if p := book(t).Find("DEU", "").For(h, today()); p != nil {
		t.Errorf("at 11: %v", p)
	}
	h.Birth = ""
	if p := book(t).Find("DEU", "").For(h, today()); p == nil {
		t.Error("nobody's age is no age")
	}
}

// TestEditions: a card of fifteen years that was issued before 2013 has no class AM yet.
func TestEditions(t *testing.T) {
	t.Parallel()
	deu := book(t).Find("DEU", "")
	if got := deu.Edition(day(t, "2013-01-18")); got != "Directive 91/439/EEC" {
		t.Errorf("the day before: %q", got)
	}
	h := anna()
	h.Birth = "1979-06-01" // of age in 1997, renewed in 2012
	p := deu.For(h, today())
	if p["issuing_date"].(string) > "2013-01-19" || p["raw_vehicle_classes"] != "B,L" {
		t.Errorf("an old card: %v", p)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range []struct {
		country, region string
		want            bool
	}{{"DEU", "", true}, {"DEU", "BE", true}, {"USA", "NY", true}, {"USA", "NV", false}, {"USA", "", true}, {"TUR", "", false}, {"GEO", "", false}, {"", "", false}} {
		if got := b.Find(c.country, c.region); (got != nil) != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
	seen := map[string]bool{}
	for _, l := range b.All() {
		if seen[l.Country+l.Region] || !slices.Contains([]string{"eu", "vienna", "aamva"}, l.Layout) {
			t.Errorf("%s%s, layout %s", l.Country, l.Region, l.Layout)
		}
		seen[l.Country+l.Region] = true
	}
}

func TestReadRefusesABrokenTable(t *testing.T) {
	t.Parallel()
	const edition = "edition | eu | 2013-01-19 | x |\n"
	for _, text := range []string{
		"DEU | eu | 15 | B:18 | BERLIN | 9 | |\n", edition + "DEU | eu | 15 | B:18\n", edition + "DEU | eu | x | B:18 | BERLIN | 9 | |\n",
		edition + "DEU | eu | 15 | B | BERLIN | 9 | |\n", edition + "DEU | eu | 15 | | BERLIN | 9 | |\n", "edition | eu | soon | x |\n",
	} {
		if _, err := read(text); err == nil {
			t.Errorf("took %q", text)
		}
	}
}
