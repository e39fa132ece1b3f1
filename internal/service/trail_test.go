package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// looks are the ways to see something of a person.
func (d *desk) looks(k idv.ProcessKey) map[string]func(ctx context.Context) error {
	drop := func(_ idv.Image, body io.ReadCloser, err error) error {
		if err != nil {
			return err
		}
		return body.Close()
	}
	return map[string]func(ctx context.Context) error{
		"result.viewed ":     func(ctx context.Context) error { _, err := d.Process(ctx, k); return err },
		"dossier.viewed ":    func(ctx context.Context) error { _, err := d.Dossier(ctx, k.Tenant, k.Dossier); return err },
		"result.downloaded ": func(ctx context.Context) error { _, err := d.FullResult(ctx, k); return err },
		"userdata.viewed ":   func(ctx context.Context) error { _, err := d.UserData(ctx, k.Tenant, k.Dossier); return err },
		"image.viewed front": func(ctx context.Context) error { return drop(d.Image(ctx, k, idv.Front)) },
		"file.viewed front":  func(ctx context.Context) error { return drop(d.File(ctx, k.Tenant, k.Dossier, idv.Front)) },
	}
}

// accepted makes a process with a result, and with something of each kind that
// can be looked at.
func (d *desk) accepted() idv.ProcessKey {
	d.t.Helper()
	k := d.begun()
	check(d.t, d.CopyToFiles(d.t.Context(), k, nil))
	check(d.t, d.SetUserData(d.t.Context(), k.Tenant, k.Dossier, &idv.UserData{FirstName: "Zoë"}))
	d.provider.advance = func(context.Context, idv.Case) (idv.Progress, error) {
		return idv.Progress{Verdict: &idv.Verdict{Status: idv.StatusRejected}}, nil
	}
	_, err := d.advance(k)
	check(d.t, err)
	return k
}

// TestEveryLookIsRecorded: who sees something of a person is in the trail once,
// by name, before it is shown.
func TestEveryLookIsRecorded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.accepted()
	me := idv.WithActor(t.Context(), idv.Actor{Kind: idv.ActorClient, ID: "client-1"})
	for what, look := range d.looks(k) {
		before := d.trail()
		check(t, look(me))
		after := d.trail()
		if len(after) != len(before)+1 {
			t.Fatalf("%s: %d new records, want 1", what, len(after)-len(before))
		}
		r := after[0]
		if got := fmt.Sprint(string(r.Action), " ", r.Subject); got != what || r.Actor.ID != "client-1" || r.Dossier != k.Dossier {
			t.Errorf("%s is recorded as %s by %s", what, got, r.Actor.ID)
		}
	}
	decision := slices.IndexFunc(d.trail(), func(r idv.Record) bool { return r.Action == "process.complete" })
	if r := d.trail()[decision]; r.Detail != "rejected" || r.Actor != (idv.Actor{Kind: idv.ActorSystem, ID: "process_advance"}) {
		t.Errorf("the decision is recorded as %s by %v", r.Detail.Reveal(), r.Actor)
	}
}

// TestNothingIsShownWithoutARecord: where the trail cannot be written, the
// answer is an error.
func TestNothingIsShownWithoutARecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.accepted()
	full := errors.New("the disk is full")
	config := d.Config
	config.Store = mute{config.Store, full}
	muted := &desk{Service: service.New(config), t: t, db: d.db}
	for what, look := range muted.looks(k) {
		if err := look(t.Context()); !errors.Is(err, full) {
			t.Errorf("%s: error %v, want that of the trail", what, err)
		}
	}
}

// mute is a store that records nothing.
type mute struct {
	idv.Store
	err error
}

func (m mute) Note(context.Context, ...idv.Record) error { return m.err }

// trail gives the newest records.
func (d *desk) trail() []idv.Record {
	d.t.Helper()
	page, err := d.Trail(d.t.Context(), tenant, idv.TrailQuery{Limit: 200})
	check(d.t, err)
	return page
}
