package mrz

import (
	"slices"
	"strings"
	"testing"
)

func TestRepairOnlyWhereDigitsProveIt(t *testing.T) {
	t.Parallel()
	const upper = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	for name, c := range map[string]struct {
		lower, want      string
		classed, changed int
		valid            bool
	}{
		"nothing to do":               {"L898902C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", 0, 0, true},
		"letters among digits":        {"L898902C36UTO74O8I22F1204159ZE184226B<<<<<1O", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", 3, 0, true},
		"a letter in the number":      {"L8989O2C36UTO7408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", 0, 1, true},
		"no such state":               {"L898902C36UT07408122F1204159ZE184226B<<<<<10", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", 1, 0, true},
		"a wrong digit without doubt": {"L898902C37UTO7408122F1204159ZE184226B<<<<<10", "L898902C37UTO7408122F1204159ZE184226B<<<<<10", 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Repair([]string{upper, c.lower}, today)
			if err != nil {
				t.Fatal(err)
			}
			if s.Lines[1] != c.want || s.Classed != c.classed || s.Changed != c.changed || s.Valid() != c.valid {
				t.Errorf("%s, classed %d, changed %d, checks %v", s.Lines[1], s.Classed, s.Changed, s.Checks)
			}
		})
	}
}

func TestConfidenceFollowsDoubtAndDigits(t *testing.T) {
	t.Parallel()
	s, err := Repair([]string{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "X231456XX7UTO7406122F1204159<<<<<<<6"}, today)
	if err != nil {
		t.Fatal(err)
	}
	if number, expiry := s.Confidence[DocumentNumber], s.Confidence[ExpiryDate]; number >= 0.5 || expiry <= number {
		t.Errorf("a number with a wrong digit has %.2f, a date with a right one %.2f", number, expiry)
	}
	for field, p := range s.Confidence {
		if p < 0 || p > 1 {
			t.Errorf("%s has %g", field, p)
		}
	}
}

func TestSolveRefusesAnotherShape(t *testing.T) {
	t.Parallel()
	cells := [][]Costs{make([]Costs, 44), make([]Costs, 43)}
	if _, err := Solve(TD3, cells, today); err == nil {
		t.Error("a short line was taken")
	}
	if s, err := Solve(TD2, [][]Costs{make([]Costs, 36), make([]Costs, 36)}, today); err != nil || len(s.Lines) != 2 {
		t.Errorf("cells without any preference: %v, %v", s, err)
	}
}

func TestStatesAreThreeCharacters(t *testing.T) {
	t.Parallel()
	codes := strings.Fields(states)
	if slices.ContainsFunc(codes, func(c string) bool { return len(c) != 3 || !IsState(c) }) || len(codes) < 270 {
		t.Errorf("%d codes", len(codes))
	}
}
