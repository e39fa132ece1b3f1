package onfido

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-id/dossier/internal/idv"
)

func verdictFixture(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join("testdata", "reports", "accepted-passport", name))
}

func creatingCalls() []string {
	return []string{"POST /applicants", "POST /documents", "POST /live_photos", "POST /checks"}
}

func temporaryFaults() []fault {
	return []fault{answerLost, answerBroken, made500, down, busy, denied, unprivileged, cut}
}

func deathPlaces() []string {
	var places []string
	for _, step := range []string{idv.StepApplicant, "document_front", "document_back", stepLivePhoto, idv.StepCheck} {
		for _, place := range []string{"before intent of ", "before request of ", "after request of ", "at withdrawal of "} {
			places = append(places, place+step)
		}
	}
	return places
}

// TestNothingIsMadeTwice breaks each creating request in each way.
func TestNothingIsMadeTwice(t *testing.T) {
	t.Parallel()
	for _, call := range creatingCalls() {
		for _, f := range temporaryFaults() {
			t.Run(call+" "+string(f), func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.onfido.faults[call] = []fault{f, none, f, f}
				b.finish(t)
			})
		}
	}
}

// TestNothingIsMadeTwiceAfterDeath kills the server at each place of each step.
func TestNothingIsMadeTwiceAfterDeath(t *testing.T) {
	t.Parallel()
	for _, place := range deathPlaces() {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.journal.deaths[place] = true
			for _, call := range creatingCalls() {
				b.onfido.faults[call] = []fault{busy, none, busy} // so that there is something to withdraw
			}
			b.finish(t)
			if len(b.journal.deaths) != 0 {
				t.Error("the server was not killed")
			}
		})
	}
}

// TestNothingIsMadeTwiceWhatever breaks and kills at random, and starts with a
// Prepare whose outcome nobody waits for.
func TestNothingIsMadeTwiceWhatever(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		calls := append(creatingCalls(), "GET /applicants", "GET /documents", "GET /live_photos", "GET /checks", "GET /reports")
		faults := append(temporaryFaults(), none, none)
		for _, call := range calls {
			b.onfido.faults[call] = rapid.SliceOfN(rapid.SampledFrom(faults), 0, 4).Draw(rt, call)
		}
		for _, place := range rapid.SliceOfN(rapid.SampledFrom(deathPlaces()), 0, 5).Draw(rt, "deaths") {
			b.journal.deaths[place] = true
		}
		if rapid.Bool().Draw(rt, "prepare") {
			_ = b.Prepare(t.Context(), b.Case) // whatever it says, the work goes on
		}
		if _, err := b.work(); err != nil {
			rt.Fatal(err)
		}
		if err := b.checkOnce(); err != nil {
			rt.Fatal(err)
		}
	})
}

func (b *bench) finish(t *testing.T) {
	t.Helper()
	v, err := b.work()
	if err != nil {
		t.Fatal(err)
	}
	if v.Status != idv.StatusAccepted {
		t.Errorf("status %s", v.Status)
	}
	if err := b.checkOnce(); err != nil {
		t.Error(err)
	}
}

// TestDoubtIsGivenTime: the connector does not look, and least of all ask
// again, before the first request had its time.
func TestDoubtIsGivenTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.faults["POST /checks"] = []fault{cut}
	_, first := b.Advance(t.Context(), b.Case)
	wantLater(t, first, b.settle)
	b.wait(b.settle / 2)
	_, second := b.Advance(t.Context(), b.Case)
	wantLater(t, second, b.settle/2)
	if b.onfido.requests("GET /checks") != 0 || b.onfido.requests("POST /checks") != 1 {
		t.Errorf("it did not wait: %v", b.onfido.log)
	}
	b.wait(b.settle / 2)
	b.finish(t)
	if b.onfido.requests("POST /checks") != 2 {
		t.Errorf("it did not ask again: %v", b.onfido.log)
	}
}

// TestAnotherProcessOfTheSamePerson: an applicant that looks the same is not
// taken when it is older than the request or has documents.
func TestAnotherProcessOfTheSamePerson(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(b *bench, other resource){
		"older": func(_ *bench, other resource) { other["created_at"] = "2026-01-02T03:03:00Z" },
		"with documents": func(b *bench, other resource) {
			b.onfido.documents = append(b.onfido.documents, resource{"id": "documents-9", "applicant_id": other["id"]})
		},
		"another name": func(_ *bench, other resource) { other["last_name"] = "SPECIMEN" },
		"a birthday":   func(_ *bench, other resource) { other["dob"] = "1990-01-01" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			other := resource{"id": "applicants-9", "created_at": "2026-01-02T03:04:06Z", "first_name": "Applicant", "last_name": "ref-686f23a4b50e4e369387d94b95ef8ed0"}
			prepare(b, other)
			b.onfido.applicants = []resource{other}
			b.onfido.faults["POST /applicants"] = []fault{cut}
			if _, err := b.work(); err != nil {
				t.Fatal(err)
			}
			if got := b.journal.steps[idv.StepApplicant].Ref; got == "applicants-9" || len(b.onfido.applicants) != 2 {
				t.Errorf("took %s of %d", got, len(b.onfido.applicants))
			}
		})
	}
}

// TestAnotherUploadIsNotTaken: what else the person has at Onfido is not ours.
func TestAnotherUploadIsNotTaken(t *testing.T) {
	t.Parallel()
	ours := resource{"id": "x", "applicant_id": "applicants-1", "type": "national_identity_card", "side": "front", "file_name": "front.jpg", "file_size": 3000}
	for key, value := range map[string]any{"type": "passport", "side": "back", "file_name": "face.jpg", "file_size": 2999, "applicant_id": "applicants-2"} {
		b := newBench(t)
		other := maps.Clone(ours)
		other[key] = value
		b.onfido.documents = []resource{other}
		b.onfido.faults["POST /documents"] = []fault{cut}
		if _, err := b.work(); err != nil {
			t.Fatal(err)
		}
		if got := b.journal.steps["document_front"].Ref; got == "x" {
			t.Errorf("took a document with another %s", key)
		}
	}
	photo := resource{"id": "x", "applicant_id": "applicants-1", "file_name": "selfie.png", "file_size": 3002}
	for key, value := range map[string]any{"file_name": "selfie.jpg", "file_size": 3000} {
		b := newBench(t)
		other := maps.Clone(photo)
		other[key] = value
		b.onfido.photos = []resource{other}
		b.onfido.faults["POST /live_photos"] = []fault{cut}
		if _, err := b.work(); err != nil {
			t.Fatal(err)
		}
		if got := b.journal.steps[stepLivePhoto].Ref; got == "x" {
			t.Errorf("took a photo with another %s", key)
		}
	}
}

// TestAnotherCheckIsNotTaken: the operator may order one by hand.
func TestAnotherCheckIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.checks = []resource{{"id": "x", "applicant_id": "applicants-1", "status": "complete", "tags": []string{"by hand"}}}
	b.onfido.faults["POST /checks"] = []fault{cut}
	if _, err := b.work(); err != nil {
		t.Fatal(err)
	}
	if got := b.journal.steps[idv.StepCheck].Ref; got == "x" {
		t.Error("took a check without our tag")
	}
}

// TestApplicantsOnLaterPages: others may have been made since.
func TestApplicantsOnLaterPages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.pageOf = 2
	b.onfido.faults["POST /applicants"] = []fault{answerLost}
	if _, err := b.Advance(t.Context(), b.Case); err == nil {
		t.Fatal("no error")
	}
	b.onfido.mu.Lock() // a handler whose answer was lost may not be through yet
	for i := range 5 {
		b.onfido.applicants = append(b.onfido.applicants, resource{"id": fmt.Sprint("other-", i), "created_at": "2026-01-02T03:04:09Z", "last_name": "Other"})
	}
	b.onfido.mu.Unlock()
	if _, err := b.work(); err != nil || b.onfido.requests("POST /applicants") != 1 || b.onfido.requests("GET /applicants") != 3 {
		t.Errorf("%v after %v", err, b.onfido.log)
	}
}

// TestApplicantOfAnotherProcessIsNotTaken: two processes of one person can be
// in doubt at the same time, and each needs an applicant of its own.
func TestApplicantOfAnotherProcessIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.applicants = []resource{{"id": "theirs", "created_at": "2026-01-02T03:04:06Z", "first_name": "Applicant", "last_name": "ref-686f23a4b50e4e369387d94b95ef8ed0"}}
	b.onfido.faults["POST /applicants"] = []fault{cut}
	b.journal.taken = []string{"theirs"}
	if _, err := b.work(); err != nil || b.journal.steps[idv.StepApplicant].Ref == "theirs" {
		t.Errorf("%v, %v", err, b.journal.steps)
	}
}

// TestOurOwnAmongEqualApplicants: behind an applicant that is known to be
// another process's there may be ours.
func TestOurOwnAmongEqualApplicants(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	like := func(id string) resource {
		return resource{"id": id, "created_at": "2026-01-02T03:04:06Z", "first_name": "Applicant", "last_name": "ref-686f23a4b50e4e369387d94b95ef8ed0"}
	}
	b.onfido.applicants = []resource{like("theirs"), like("ours")}
	b.onfido.faults["POST /applicants"] = []fault{cut}
	b.journal.known = []string{"theirs"}
	if _, err := b.work(); err != nil || b.journal.steps[idv.StepApplicant].Ref != "ours" {
		t.Errorf("%v, %v", err, b.journal.steps)
	}
}

// TestFindAfterDeletion: the trace of a deleted process leads to its applicant,
// once the request has had time to be done.
func TestFindAfterDeletion(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.journal.steps[idv.StepApplicant] = idv.Step{IntendedAt: b.clock.now()}
	trace := b.Trace(b.Case)
	free := func(context.Context, string) (bool, error) { return false, nil }
	_, err := b.Find(t.Context(), trace, free)
	wantLater(t, err, 30*time.Second)
	b.clock.move(time.Minute)
	if ref, err := b.Find(t.Context(), trace, free); ref != "" || err != nil {
		t.Errorf("found %q, %v where nothing was made", ref, err)
	}
	b.onfido.applicants = []resource{{"id": "ours", "created_at": "2026-01-02T03:04:06Z", "first_name": "Applicant", "last_name": "ref-686f23a4b50e4e369387d94b95ef8ed0"}}
	if ref, err := b.Find(t.Context(), trace, free); ref != "ours" || err != nil {
		t.Errorf("found %q, %v", ref, err)
	}
	if _, err := b.Find(t.Context(), idv.PersonalJSON("?"), free); err == nil {
		t.Error("a trace that cannot be read leads somewhere")
	}
}

// TestApplicantBeingDeletedIsNotTaken and breaks nothing.
func TestApplicantBeingDeletedIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.onfido.applicants = []resource{{"id": "gone", "created_at": "2026-01-02T03:04:06Z", "first_name": "Applicant", "last_name": "ref-686f23a4b50e4e369387d94b95ef8ed0"}}
	b.onfido.faults["POST /applicants"] = []fault{cut}
	b.onfido.faults["GET /documents"] = []fault{missing}
	if _, err := b.work(); err != nil || b.journal.steps[idv.StepApplicant].Ref == "gone" {
		t.Errorf("%v, %v", err, b.journal.steps)
	}
}
