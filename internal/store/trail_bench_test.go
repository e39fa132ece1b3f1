package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/pgtest"
)

// BenchmarkView compares a look at a process with one that is recorded, by one
// reader and by many at once.
func BenchmarkView(b *testing.B) {
	for engine, url := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(b.TempDir(), "dossier.db") },
		"postgres": func() string { return pgtest.New(b) },
	} {
		b.Run(engine, func(b *testing.B) {
			bed := newBenchBed(b, url())
			for _, recorded := range []bool{false, true} {
				name := map[bool]string{false: "unrecorded", true: "recorded"}[recorded]
				look := func() {
					err := bed.View(b.Context(), func(r idv.Reader) error {
						_, err := r.Process(b.Context(), "default", "d", "p")
						return err
					})
					if err == nil && recorded {
						err = bed.Note(b.Context(), idv.Record{Tenant: "default", At: noon, Action: idv.ActionResultViewed, Dossier: "d", Process: "p"})
					}
					if err != nil {
						b.Error(err)
					}
				}
				b.Run(name+"/one", func(b *testing.B) {
					for b.Loop() {
						look()
					}
				})
				b.Run(name+"/many", func(b *testing.B) {
					b.SetParallelism(25)
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							look()
						}
					})
				})
			}
		})
	}
}

// newBenchBed gives a store with the process p in the dossier d.
func newBenchBed(b *testing.B, url string) *bed {
	b.Helper()
	made := newBed(b, url)
	d := &idv.Dossier{ID: "d", TenantID: "default", CreatedAt: noon}
	p := made.newProcess(d)
	p.ID = "p"
	err := made.Update(b.Context(), func(tx idv.Tx) error {
		if err := tx.CreateDossier(b.Context(), d); err != nil {
			return err
		}
		return tx.CreateProcess(context.WithoutCancel(b.Context()), p, idv.Effects{Event: p.Created()})
	})
	if err != nil {
		b.Fatal(err)
	}
	return made
}
