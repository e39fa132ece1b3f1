package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestFilms(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		p := b.process(t, d)
		key := idv.ProcessKey{Tenant: p.TenantID, Dossier: d.ID, Process: p.ID}
		want := func(film *idv.Film) {
			t.Helper()
			b.view(t, func(ctx context.Context, r idv.Reader) error {
				got, err := r.Film(ctx, p.TenantID, p.ID)
				if !reflect.DeepEqual(got, film) {
					t.Errorf("film %+v, want %+v", got, film)
				}
				return err
			})
		}
		want(nil)
		posed := idv.Film{Challenge: idv.Challenge{Ref: "c1", Tasks: []idv.Task{{Kind: idv.TaskRecite, Digits: []int{7, 0, 3}}, {Kind: idv.TaskTurn, Side: idv.Left}}}}
		done := posed
		done.Blob, done.SwitchedAt, done.Language = "blob", 3500*time.Millisecond, "de"
		for _, f := range []*idv.Film{&posed, &done} {
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.PutFilm(ctx, key, f) })
			want(f)
		}
		foreign := key
		foreign.Tenant = "other"
		err := b.Update(t.Context(), func(tx idv.Tx) error { return tx.PutFilm(t.Context(), foreign, &posed) })
		if idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("the film of another tenant's process: %v", err)
		}
		err = b.View(t.Context(), func(r idv.Reader) error { _, err := r.Film(t.Context(), "other", p.ID); return err })
		if idv.CodeOf(err) != idv.CodeNotFound {
			t.Errorf("another tenant reads it: %v", err)
		}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.DeleteProcess(ctx, p, idv.Effects{Event: p.Deleted(noon)})
		})
		if n := b.count(t, `SELECT COUNT(*) FROM films`); n != 0 {
			t.Errorf("%d films outlive their process", n)
		}
	})
}
