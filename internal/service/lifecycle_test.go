package service_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

func TestCancelEndsAPendingProcess(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	v, err := d.Cancel(t.Context(), k)
	check(t, err)
	if v.Status != idv.StatusCanceled || len(v.Images) != 1 || d.status(k) != idv.StatusCanceled {
		t.Errorf("canceled: %+v", v)
	}
	for _, k := range []idv.ProcessKey{k, d.begun()} {
		if _, err := d.Cancel(t.Context(), k); idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("cancel of a process that is %s: %v", d.status(k), err)
		}
	}
	if _, err := d.Start(t.Context(), k); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("start of a canceled process: %v", err)
	}
}

// TestNobodyDisturbsAStart: while the provider is asked, the process can neither
// be canceled nor expire.
func TestNobodyDisturbsAStart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	d.provider.prepare = func(ctx context.Context, _ idv.Case) error {
		if _, err := d.Cancel(ctx, k); idv.CodeOf(err) != idv.CodeInvalidState {
			t.Errorf("cancel during a start: %v", err)
		}
		d.Service.PendingFor = time.Nanosecond
		check(t, d.Expire(ctx))
		return nil
	}
	v, err := d.Start(t.Context(), k)
	check(t, err)
	if v.Status != idv.StatusProcessing {
		t.Errorf("status %s", v.Status)
	}
}

func TestExpireFailsWhatNobodyStarted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old, begun := d.ready(), d.begun()
	d.clock.turn(7*24*time.Hour - time.Minute)
	check(t, d.Expire(t.Context()))
	if s := d.status(old); s != idv.StatusPending {
		t.Errorf("before its time: %s", s)
	}
	young := d.ready()
	d.clock.turn(2 * time.Minute)
	check(t, d.Expire(t.Context()))
	v, err := d.Process(t.Context(), old)
	check(t, err)
	if v.Status != idv.StatusFailed || v.Failure.Type != idv.FailExpired {
		t.Errorf("in time: %s %v", v.Status, v.Failure)
	}
	if d.status(young) != idv.StatusPending || d.status(begun) != idv.StatusProcessing {
		t.Errorf("others are %s and %s", d.status(young), d.status(begun))
	}
}

// TestExpireGetsThroughMany has more overdue processes than one look gives.
func TestExpireGetsThroughMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	dossier, err := d.CreateDossier(t.Context(), tenant, "")
	check(t, err)
	for range 101 {
		_, err := d.CreateProcess(t.Context(), tenant, dossier.ID, &idv.Process{Provider: idv.ProviderOnfido, Type: idv.TypeDocument, Path: idv.PathUpload})
		check(t, err)
	}
	d.clock.turn(8 * 24 * time.Hour)
	check(t, d.Expire(t.Context()))
	folder, err := d.Dossier(t.Context(), tenant, dossier.ID)
	check(t, err)
	if slices.ContainsFunc(folder.Processes, func(p *service.View) bool { return p.Status != idv.StatusFailed }) {
		t.Error("some are still pending")
	}
}

func TestFullResultNeedsACompletedCheck(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	raw := idv.PersonalJSON("{ \"raw\": true }\n")
	verdict := &idv.Verdict{Status: idv.StatusRejected, ProviderSpecific: idv.PersonalJSON(`{}`), Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: raw}}}
	k := d.begun()
	if _, err := d.FullResult(t.Context(), k); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("while processing: %v", err)
	}
	d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) { return idv.Progress{Verdict: verdict}, nil }
	_, err := d.advance(k)
	check(t, err)
	e, err := d.FullResult(t.Context(), k)
	check(t, err)
	if len(e.Reports) != 1 || string(e.Reports[0].Raw) != string(raw) || len(e.Images) != 1 {
		t.Errorf("%d reports, %d images", len(e.Reports), len(e.Images))
	}
	body, err := e.Open(t.Context(), e.Images[0])
	check(t, err)
	if string(read(t, body)) != string(passport()) {
		t.Error("the image is not the one that was set")
	}
}

// TestRandomCommands gives random commands to processes on a real store and
// holds each status to a model of ten lines.
func TestRandomCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	random := rand.New(rand.NewPCG(7, 7))
	outcomes := []idv.Status{idv.StatusAccepted, idv.StatusRejected, idv.StatusInconclusive, idv.StatusFailed, idv.StatusProcessing}
	k, model := d.ready(), idv.StatusPending
	for step := range 800 {
		want, err := d.command(k, model, random.IntN(6), outcomes[random.IntN(len(outcomes))])
		if refused := idv.CodeOf(err) == idv.CodeInvalidState; err != nil && (!refused || want != model) {
			t.Fatalf("step %d: %v", step, err)
		}
		if got := d.status(k); got != want {
			t.Fatalf("step %d: a process that was %s is %s, want %s", step, model, got, want)
		}
		if model = want; model.Final() && random.IntN(3) == 0 {
			k, model = d.ready(), idv.StatusPending
		}
	}
}

// command does one of the things that can happen and gives the status that must
// come of it.
func (d *desk) command(k idv.ProcessKey, now idv.Status, what int, outcome idv.Status) (want idv.Status, err error) {
	pending := now == idv.StatusPending
	switch what {
	case 0:
		_, err = d.Start(d.t.Context(), k)
		return either(pending, idv.StatusProcessing, now), err
	case 1:
		_, err = d.Cancel(d.t.Context(), k)
		return either(pending, idv.StatusCanceled, now), err
	case 2:
		return now, d.set(k, idv.Front, passport())
	case 3:
		d.later(8 * 24 * time.Hour)
		return either(pending, idv.StatusFailed, now), d.Expire(d.t.Context())
	case 4:
		d.later(25 * time.Hour)
		_, err = d.advance(k)
		return either(now == idv.StatusProcessing, idv.StatusFailed, now), err
	default:
		d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) {
			switch outcome {
			case idv.StatusFailed:
				return idv.Progress{}, &idv.Failure{Type: idv.FailProvider}
			case idv.StatusProcessing:
				return idv.Progress{}, errors.New("try again")
			default:
				return idv.Progress{Verdict: &idv.Verdict{Status: outcome, ProviderSpecific: idv.PersonalJSON(`{}`)}}, nil
			}
		}
		_, err = d.advance(k)
		if v, _ := d.Process(d.t.Context(), k); now == idv.StatusProcessing && v != nil && v.Failure != nil && v.Failure.Type == idv.FailProviderTimeout {
			outcome = idv.StatusFailed // The clock had been turned before.
		}
		return either(now == idv.StatusProcessing, outcome, now), err
	}
}

func either(first bool, a, b idv.Status) idv.Status {
	if first {
		return a
	}
	return b
}
