package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

func TestStartStoresStatusAndJobTogether(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.begun()
	if s := d.status(k); s != idv.StatusProcessing {
		t.Errorf("status %s", s)
	}
	if jobs := d.queue.take(idv.JobAdvance); len(jobs) != 1 || jobs[0].Process != k.Process {
		t.Errorf("jobs %v", jobs)
	}
}

func TestStartRefusedByTheProviderLeavesItPending(t *testing.T) {
	t.Parallel()
	for _, refusal := range []*idv.Error{idv.LocationUnresolvable(), idv.ConsentRequired()} {
		d := newDesk(t)
		k := d.ready()
		d.provider.prepare = func(context.Context, idv.Case) error { return refusal }
		for range 2 {
			if _, err := d.Start(t.Context(), k); idv.CodeOf(err) != refusal.Code {
				t.Errorf("start: %v, want %s", err, refusal.Code)
			}
		}
		if s := d.status(k); s != idv.StatusPending {
			t.Errorf("status %s", s)
		}
		if jobs := d.queue.take(idv.JobAdvance); len(jobs) != 0 {
			t.Errorf("jobs %v", jobs)
		}
	}
}

func TestStartGoesOnWithoutTheProvider(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.provider.prepare = func(context.Context, idv.Case) error { return errors.New("connection refused") }
	if s := d.status(d.begun()); s != idv.StatusProcessing {
		t.Errorf("status %s", s)
	}
}

func TestOnlyOneStartAtATime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	d.provider.prepare = func(context.Context, idv.Case) error {
		if _, err := d.Start(t.Context(), k); idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("a second start during the first: %v", err)
		}
		return nil
	}
	_, err := d.Start(t.Context(), k)
	check(t, err)
}

func TestAdvanceEnds(t *testing.T) {
	t.Parallel()
	verdict := &idv.Verdict{
		Status: idv.StatusAccepted, Final: &idv.FinalResult{FirstName: "Anna"}, ProviderSpecific: idv.PersonalJSON(`{"a":1}`),
		Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: idv.PersonalJSON(`{"raw":true}`)}},
	}
	for name, c := range map[string]struct {
		progress idv.Progress
		err      error
		turn     time.Duration
		want     idv.Status
		fail     idv.FailureType
	}{
		"with a verdict":    {progress: idv.Progress{Verdict: verdict}, want: idv.StatusAccepted},
		"with a failure":    {err: &idv.Failure{Type: idv.FailUpload, Message: "Multiple faces"}, want: idv.StatusFailed, fail: idv.FailUpload},
		"with a refusal":    {err: idv.LocationUnresolvable(), want: idv.StatusFailed, fail: idv.FailProvider},
		"when time is over": {progress: idv.Progress{Wait: time.Second}, turn: 25 * time.Hour, want: idv.StatusFailed, fail: idv.FailProviderTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			k := d.begun()
			d.clock.turn(c.turn)
			d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) { return c.progress, c.err }
			again, err := d.advance(k)
			check(t, err)
			v, err := d.Process(t.Context(), k)
			check(t, err)
			if v.Status != c.want || again != 0 {
				t.Errorf("status %s, again in %v", v.Status, again)
			}
			if c.fail != "" && (v.Failure == nil || v.Failure.Type != c.fail) {
				t.Errorf("failure %v, want %s", v.Failure, c.fail)
			}
			again, err = d.advance(k)
			if again != 0 || err != nil {
				t.Errorf("an ended process is advanced again: %v, %v", again, err)
			}
		})
	}
}

func TestAdvanceComesBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		progress  idv.Progress
		err       error
		age, want time.Duration
	}{
		"when the check runs":        {progress: idv.Progress{Wait: 7 * time.Second}, want: 7 * time.Second},
		"when told when":             {err: &idv.Later{After: 42 * time.Second, Err: errors.New("429")}, want: 42 * time.Second},
		"soon while young":           {err: errors.New("reset"), want: time.Second},
		"about once a minute, later": {err: errors.New("reset"), age: time.Hour, want: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			k := d.begun()
			d.clock.turn(c.age)
			d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) { return c.progress, c.err }
			again, err := d.advance(k)
			check(t, err)
			if again != c.want {
				t.Errorf("again in %v, want %v", again, c.want)
			}
			if s := d.status(k); s != idv.StatusProcessing {
				t.Errorf("status %s", s)
			}
		})
	}
}

func TestAnOvertakenWorkerStops(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.begun()
	d.provider.advance = func(ctx context.Context, slow idv.Case) (idv.Progress, error) {
		d.clock.turn(2 * time.Minute) // longer than the lease
		d.provider.advance = func(ctx context.Context, c idv.Case) (idv.Progress, error) {
			if err := c.Journal.Intend(ctx, "check"); err != nil {
				t.Error(err)
			}
			if err := slow.Journal.Intend(ctx, "check"); !errors.Is(err, idv.ErrLeaseLost) {
				t.Errorf("the slow worker may still ask: %v", err)
			}
			return idv.Progress{Wait: time.Second}, c.Journal.Done(ctx, "check", "c1")
		}
		_, err := d.advance(k)
		check(t, err)
		return idv.Progress{Verdict: &idv.Verdict{Status: idv.StatusRejected}}, nil
	}
	again, err := d.advance(k)
	check(t, err)
	if again == 0 {
		t.Error("the slow worker does not look again")
	}
	if s := d.status(k); s != idv.StatusProcessing {
		t.Errorf("the slow worker's verdict counts: %s", s)
	}
}

func TestTwoWorkersDoNotMeet(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.begun()
	d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) {
		if again, err := d.advance(k); again != time.Second || err != nil {
			t.Errorf("a second worker: %v, %v", again, err)
		}
		return idv.Progress{Wait: time.Minute}, nil
	}
	_, err := d.advance(k)
	check(t, err)
}

func TestDeletedDuringWorkIsForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.begun()
	d.provider.advance = func(ctx context.Context, c idv.Case) (idv.Progress, error) {
		check(t, c.Journal.Intend(ctx, idv.StepApplicant))
		check(t, d.DeleteDossier(ctx, k.Tenant, k.Dossier))
		return idv.Progress{}, c.Journal.Done(ctx, idv.StepApplicant, "a1")
	}
	again, err := d.advance(k)
	if again != 0 || err != nil {
		t.Errorf("work on a deleted process: %v, %v", again, err)
	}
	// The deletion leaves a search behind; the worker that knows better, the name.
	if jobs := d.queue.take(idv.JobForget); len(jobs) != 2 || jobs[0].Process != k.Process || jobs[1].Ref != "a1" {
		t.Errorf("jobs %v, want a search and one that forgets a1", jobs)
	}
}

func TestDeleteForgetsWhatIsKnown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	d.provider.prepare = func(ctx context.Context, c idv.Case) error {
		return errors.Join(c.Journal.Intend(ctx, idv.StepApplicant), c.Journal.Done(ctx, idv.StepApplicant, "a1"))
	}
	_, err := d.Start(t.Context(), k)
	check(t, err)
	d.queue.take("")
	check(t, d.DeleteProcess(t.Context(), k))
	if jobs := d.queue.take(idv.JobForget); len(jobs) != 1 || jobs[0].Ref != "a1" {
		t.Errorf("jobs %v", jobs)
	}
	if _, err := d.Process(t.Context(), k); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("after deletion: %v", err)
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.provider.hint = func(body []byte) (string, error) { return string(body), nil }
	check(t, d.Hint(t.Context(), []byte("c1"), ""))
	jobs := d.queue.take(idv.JobHint)
	if len(jobs) != 1 {
		t.Fatalf("jobs %v", jobs)
	}
	if again, err := d.Run(t.Context(), jobs[0], 0); again <= 0 || err != nil {
		t.Errorf("a hint before its check is known: %v, %v", again, err)
	}
	if again, err := d.Run(t.Context(), jobs[0], time.Minute); again != 0 || err != nil {
		t.Errorf("a hint that leads nowhere: %v, %v", again, err)
	}
	k := d.begun()
	d.provider.advance = func(ctx context.Context, c idv.Case) (idv.Progress, error) {
		return idv.Progress{Wait: time.Hour}, errors.Join(c.Journal.Intend(ctx, idv.StepCheck), c.Journal.Done(ctx, idv.StepCheck, "c1"))
	}
	_, err := d.advance(k)
	check(t, err)
	d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) {
		return idv.Progress{Verdict: &idv.Verdict{Status: idv.StatusRejected, ProviderSpecific: idv.PersonalJSON(`{}`)}}, nil
	}
	if again, err := d.Run(t.Context(), jobs[0], 0); again != 0 || err != nil {
		t.Errorf("a hint: %v, %v", again, err)
	}
	if s := d.status(k); s != idv.StatusRejected {
		t.Errorf("the hint changed nothing: %s", s)
	}
	d.provider.hint = func([]byte) (string, error) { return "", errors.New("forged") }
	if err := d.Hint(t.Context(), []byte("c1"), ""); err == nil {
		t.Error("a forged hint was taken")
	}
}

func TestSweepFindsWorkThatStopped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.begun()
	d.queue.take("")
	check(t, d.Sweep(t.Context()))
	if jobs := d.queue.take(idv.JobAdvance); len(jobs) != 0 {
		t.Errorf("fresh work is swept: %v", jobs)
	}
	d.clock.turn(time.Hour)
	check(t, d.Sweep(t.Context()))
	if jobs := d.queue.take(idv.JobAdvance); len(jobs) != 1 || jobs[0].Process != k.Process {
		t.Errorf("jobs %v", jobs)
	}
}

func TestRefusedImagesLeaveNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	before, body, err := d.Image(t.Context(), k, idv.Front)
	check(t, err)
	want := read(t, body)
	for name, content := range map[string][]byte{
		"text": []byte(strings.Repeat("x", 5000)), "nothing": nil, "cut head": passport()[:30],
		"too large": append(bytes.Clone(passport()), make([]byte, idv.MaxImageBytes)...),
	} {
		if err := d.set(k, idv.Front, content); idv.CodeOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	err = d.SetImages(t.Context(), k, func(put service.Upload) error {
		return errors.Join(put(idv.Front, bytes.NewReader(passport())), io.ErrUnexpectedEOF)
	})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken request: %v", err)
	}
	after, body, err := d.Image(t.Context(), k, idv.Front)
	check(t, err)
	if after.Blob != before.Blob || !bytes.Equal(read(t, body), want) {
		t.Error("a refused image replaced the one before")
	}
	d.wantBlobs(1)
}

func TestReplacedImageGoes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	check(t, d.set(k, idv.Front, passport()))
	jobs := d.queue.take(idv.JobEraseBlobs)
	if len(jobs) != 1 {
		t.Fatalf("jobs %v", jobs)
	}
	_, err := d.Run(t.Context(), jobs[0], 0)
	check(t, err)
	d.wantBlobs(1)
}

func TestSweepRemovesOrphans(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	orphan := idv.BlobRef{Tenant: k.Tenant, Dossier: k.Dossier, Process: k.Process, Name: d.NewID()}
	check(t, d.blobs.Put(t.Context(), orphan, bytes.NewReader([]byte("left by a crash"))))
	check(t, d.SweepBlobs(t.Context()))
	d.wantBlobs(2)
	d.clock.turn(2 * time.Hour)
	check(t, d.SweepBlobs(t.Context()))
	d.wantBlobs(1)
}

func (d *desk) wantBlobs(want int) {
	d.t.Helper()
	n := 0
	for _, err := range d.blobs.Older(d.t.Context(), d.clock.Now().Add(24*time.Hour)) {
		check(d.t, err)
		n++
	}
	if n != want {
		d.t.Errorf("%d blobs, want %d", n, want)
	}
}

func TestDeletedInDoubtIsFoundAndForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	d.provider.prepare = func(ctx context.Context, c idv.Case) error {
		return errors.Join(c.Journal.Intend(ctx, idv.StepApplicant), errors.New("no answer"))
	}
	_, err := d.Start(t.Context(), k)
	check(t, err)
	d.queue.take("")
	check(t, d.DeleteDossier(t.Context(), k.Tenant, k.Dossier))
	jobs := d.queue.take(idv.JobForget)
	if len(jobs) != 1 {
		t.Fatalf("jobs %v", jobs)
	}
	d.provider.find = func(idv.PersonalJSON) (string, error) {
		return "", &idv.Later{After: time.Minute, Err: errors.New("not settled")}
	}
	if again, err := d.Run(t.Context(), jobs[0], 0); again != time.Minute || err != nil {
		t.Errorf("before it is settled: %v, %v", again, err)
	}
	d.provider.find = func(trace idv.PersonalJSON) (string, error) {
		if string(trace) != `"`+k.Process+`"` {
			t.Errorf("trace %s", []byte(trace))
		}
		return "a1", nil
	}
	var forgotten []string
	d.provider.forget = func(ref string) error { forgotten = append(forgotten, ref); return nil }
	for range 2 { // the second finds nothing left to do
		if again, err := d.Run(t.Context(), jobs[0], 0); again != 0 || err != nil {
			t.Errorf("%v, %v", again, err)
		}
	}
	if len(forgotten) != 1 || forgotten[0] != "a1" {
		t.Errorf("forgotten %v, want a1 once", forgotten)
	}
}

// TestEnsureFindsWhatWasMade: a second try under the same id gives the same
// object, however far it has come, and another order is refused.
func TestEnsureFindsWhatWasMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id, other := d.NewID(), d.NewID()
	first, err := d.EnsureDossier(t.Context(), tenant, id, "a")
	check(t, err)
	d.clock.turn(time.Minute)
	again, err := d.EnsureDossier(t.Context(), tenant, id, "a")
	check(t, err)
	if again.ID != id || !again.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("first %v, again %v", first.CreatedAt, again.CreatedAt)
	}
	if _, err := d.EnsureDossier(t.Context(), tenant, id, "b"); idv.CodeOf(err) != idv.CodeKeyReused {
		t.Errorf("another reference: %v", err)
	}
	order := func(kind idv.ProcessType) *idv.Process {
		return &idv.Process{Provider: idv.ProviderOnfido, Type: kind, Path: idv.PathUpload, Location: idv.Location{Country: "NLD"}}
	}
	made, err := d.EnsureProcess(t.Context(), tenant, id, other, order(idv.TypeDocument))
	check(t, err)
	_, err = d.Cancel(t.Context(), idv.ProcessKey{Tenant: tenant, Dossier: id, Process: made.ID})
	check(t, err)
	found, err := d.EnsureProcess(t.Context(), tenant, id, other, order(idv.TypeDocument))
	check(t, err)
	if found.ID != other || found.Status != idv.StatusCanceled {
		t.Errorf("found %s %s", found.ID, found.Status)
	}
	if _, err := d.EnsureProcess(t.Context(), tenant, id, other, order(idv.TypeDocumentSelfie)); idv.CodeOf(err) != idv.CodeKeyReused {
		t.Errorf("another order: %v", err)
	}
	folder, err := d.Dossier(t.Context(), tenant, id)
	check(t, err)
	if len(folder.Processes) != 1 {
		t.Errorf("%d processes", len(folder.Processes))
	}
}
