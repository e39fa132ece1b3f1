package store_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestProcessComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		full, bare := b.newProcess(d), &idv.Process{ID: b.opts.NewID(), TenantID: d.TenantID, DossierID: d.ID, Status: idv.StatusPending, CreatedAt: noon}
		full.Deadline = noon.Add(time.Hour)
		for _, want := range []*idv.Process{full, bare} {
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.CreateProcess(ctx, want, idv.Effects{Event: want.Created()})
			})
			b.view(t, func(ctx context.Context, r idv.Reader) error {
				got, err := r.Process(ctx, d.TenantID, d.ID, want.ID)
				if err == nil && !reflect.DeepEqual(got, want) {
					t.Errorf("the process came back as %+v, want %+v", got, want)
				}
				return err
			})
		}
	})
}

func TestVerdictAndReportsComeBackByteForByte(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		specific, raw := []byte(`{ "b" : 1,"a":"é\u0000" }`), []byte("{ \"z\":1 }\n\x00\xff")
		verdict := &idv.Verdict{Status: idv.StatusAccepted, Final: &idv.FinalResult{LastName: "Jansen"}, ProviderSpecific: specific}
		want := []idv.Report{{Kind: idv.ReportDocument, Raw: raw}, {Kind: idv.ReportFace, Raw: []byte{}}}
		verdict.Reports = []idv.Report{want[1], want[0]}
		b.begin(t, p)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Conclude(verdict, noon.Add(time.Second))})
		})
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Process(ctx, p.TenantID, p.DossierID, p.ID)
			must(t, err)
			if string(got.Verdict.ProviderSpecific) != string(specific) || *got.Verdict.Final != *verdict.Final || got.Status != idv.StatusAccepted ||
				!got.UpdatedAt.Equal(noon.Add(time.Second)) || got.Failure != nil {
				t.Error("the verdict came back changed")
			}
			reports, err := r.Reports(ctx, p.TenantID, p.DossierID, p.ID)
			if len(reports) != 2 || string(reports[0].Raw) != string(raw) || len(reports[1].Raw) != 0 || reports[1].Kind != idv.ReportFace {
				t.Error("the reports came back changed")
			}
			return err
		})
	})
}

func TestFailureComesBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		want := &idv.Failure{Type: idv.FailProvider, Message: "Zoë is not there"}
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Fail(want, noon)})
		})
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Process(ctx, p.TenantID, p.DossierID, p.ID)
			if err == nil && (*got.Failure != *want || got.Status != idv.StatusFailed) {
				t.Errorf("the failure came back as %v %+v", got.Status, got.Failure)
			}
			return err
		})
	})
}

func TestProcessesAreListedOldestFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		var want []string
		for i := range 3 {
			p := b.newProcess(d)
			p.CreatedAt = noon.Add(time.Duration(-min(i, 1)) * time.Second)
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
			})
			want = append(want, p.ID)
		}
		b.process(t, b.dossier(t, ""))
		want = []string{want[1], want[2], want[0]}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Processes(ctx, d.TenantID, d.ID)
			if !slices.EqualFunc(got, want, func(p *idv.Process, id string) bool { return p.ID == id }) {
				t.Errorf("listed %v, want %v", got, want)
			}
			return err
		})
	})
}

func TestImagesAreReplacedByDepiction(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		image := func(d idv.Depiction, blob string) idv.Image {
			return idv.Image{
				TenantID: p.TenantID, DossierID: p.DossierID, ProcessID: p.ID, Depiction: d, Blob: blob,
				MediaType: idv.MediaPNG, Size: 1 << 33, Width: 640, Height: 480, CreatedAt: noon,
			}
		}
		p.UpdatedAt = noon.Add(time.Minute)
		b.update(t, func(ctx context.Context, tx idv.Tx) error {
			first := []idv.Image{image(idv.Selfie, "s"), image(idv.Back, "b"), image(idv.Front, "f1")}
			if err := tx.PutImages(ctx, p, first, nil); err != nil {
				return err
			}
			return tx.PutImages(ctx, p, []idv.Image{image(idv.Front, "f2")}, []idv.Job{{Kind: idv.JobEraseBlobs, Ref: "f1"}})
		})
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			got, err := r.Images(ctx, p.TenantID, p.ID)
			must(t, err)
			if want := []idv.Image{image(idv.Front, "f2"), image(idv.Back, "b"), image(idv.Selfie, "s")}; !slices.Equal(got, want) {
				t.Errorf("images %+v, want %+v", got, want)
			}
			for blob, want := range map[string]bool{"f1": false, "f2": true, "s": true, "": false, "\x00": false} {
				if has, err := r.HasBlob(ctx, blob); err != nil || has != want {
					t.Errorf("HasBlob(%q) is %v, %v, want %v", blob, has, err, want)
				}
			}
			touched, err := r.Process(ctx, p.TenantID, p.DossierID, p.ID)
			if err == nil && !touched.UpdatedAt.Equal(p.UpdatedAt) {
				t.Errorf("the process was touched at %v, want %v", touched.UpdatedAt, p.UpdatedAt)
			}
			return err
		})
		if n := b.count(t, `SELECT COUNT(*) FROM test_jobs WHERE kind = 'blobs_erase' AND ref = 'f1'`); n != 1 {
			t.Errorf("%d jobs to erase the old front, want 1", n)
		}
	})
}

func TestStepsAreFoundByReference(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		p := b.process(t, b.dossier(t, ""))
		put := func(name string, s idv.Step) {
			t.Helper()
			b.update(t, func(ctx context.Context, tx idv.Tx) error { return tx.PutStep(ctx, key(p), name, s) })
		}
		put(idv.StepApplicant, idv.Step{IntendedAt: noon})
		put(idv.StepApplicant, idv.Step{IntendedAt: noon, Ref: "r-1"})
		put(idv.StepCheck, idv.Step{IntendedAt: noon})
		put("withdrawn", idv.Step{IntendedAt: noon})
		put("withdrawn", idv.Step{})
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			want := map[string]idv.Step{idv.StepApplicant: {IntendedAt: noon, Ref: "r-1"}, idv.StepCheck: {IntendedAt: noon}}
			got, err := r.Steps(ctx, p.TenantID, p.ID)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("steps %v, want %v", got, want)
			}
			must(t, err)
			found, err := r.FindStep(ctx, idv.StepApplicant, "r-1")
			if found != key(p) {
				t.Errorf("found %+v, want %+v", found, key(p))
			}
			for step, ref := range map[string]string{idv.StepCheck: "", idv.StepApplicant: "r-2", "other": "r-1"} {
				_, err := r.FindStep(ctx, step, ref)
				mustBe(t, idv.CodeNotFound, err)
			}
			return err
		})
	})
}

func TestReferenceBelongsToOneProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		first, second := b.process(t, b.dossier(t, "")), b.process(t, b.dossier(t, ""))
		put := func(p *idv.Process, name string) error {
			return b.Update(t.Context(), func(tx idv.Tx) error {
				return tx.PutStep(t.Context(), key(p), name, idv.Step{IntendedAt: noon, Ref: "r-1"})
			})
		}
		must(t, put(first, idv.StepApplicant))
		must(t, put(first, idv.StepApplicant))
		must(t, put(second, "other"))
		if err := put(second, idv.StepApplicant); !errors.Is(err, idv.ErrTaken) {
			t.Errorf("a second process took the reference: %v, want ErrTaken", err)
		}
	})
}

func TestUnfinishedGivesTheOldestOfAllTenants(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		var want []idv.ProcessKey
		for i, tenant := range []string{"default", "other", "default", "default"} {
			d := &idv.Dossier{ID: b.opts.NewID(), TenantID: tenant, CreatedAt: noon, UpdatedAt: noon}
			p := b.newProcess(d)
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				if err := tx.CreateDossier(ctx, d); err != nil {
					return err
				}
				if err := tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()}); err != nil || i == 2 {
					return err
				}
				return tx.ChangeProcess(ctx, p, idv.Effects{Event: p.Begin(noon.Add(time.Duration(-i)*time.Second), noon)})
			})
			want = append(want, key(p))
		}
		for limit, want := range map[int][]idv.ProcessKey{10: {want[3], want[1]}, 1: {want[3]}} {
			b.view(t, func(ctx context.Context, r idv.Reader) error {
				got, err := r.Unfinished(ctx, noon, limit)
				if !slices.Equal(got, want) {
					t.Errorf("the first %d: %v, want %v", limit, got, want)
				}
				return err
			})
		}
	})
}

func TestOverdueGivesTheOldestPending(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		var made []*idv.Process
		for i := range 4 {
			p := b.newProcess(d)
			p.CreatedAt = noon.Add(time.Duration(-i) * time.Hour)
			b.update(t, func(ctx context.Context, tx idv.Tx) error {
				return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
			})
			made = append(made, p)
		}
		b.begin(t, made[2])
		for limit, want := range map[int][]idv.ProcessKey{10: {key(made[3]), key(made[1])}, 1: {key(made[3])}} {
			b.view(t, func(ctx context.Context, r idv.Reader) error {
				got, err := r.Overdue(ctx, noon, limit)
				if !slices.Equal(got, want) {
					t.Errorf("the first %d: %v, want %v", limit, got, want)
				}
				return err
			})
		}
	})
}

// TestOnlyLegalChangesAreStored tries every change from every status.
func TestOnlyLegalChangesAreStored(t *testing.T) {
	t.Parallel()
	all := []idv.Status{
		idv.StatusPending, idv.StatusProcessing, idv.StatusAccepted, idv.StatusRejected,
		idv.StatusInconclusive, idv.StatusCanceled, idv.StatusFailed,
	}
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		for _, from := range all {
			for _, to := range all {
				p := b.newProcess(d)
				p.Status = from
				b.update(t, func(ctx context.Context, tx idv.Tx) error {
					return tx.CreateProcess(ctx, p, idv.Effects{Event: p.Created()})
				})
				p.Status = to
				err := b.Update(t.Context(), func(tx idv.Tx) error {
					return tx.ChangeProcess(t.Context(), p, idv.Effects{Event: p.Created()})
				})
				if from.Leads(to) != (err == nil) || err != nil && idv.CodeOf(err) != idv.CodeInvalidState {
					t.Errorf("%s to %s: %v", from, to, err)
				}
			}
		}
	})
}

func TestDeletedProcessIsGone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(b *bed) {
		t := b.t
		d := b.dossier(t, "")
		p, stays := b.process(t, d), b.process(t, d)
		fill(t, b, p)
		remove := func(tx idv.Tx) error {
			return tx.DeleteProcess(t.Context(), p, idv.Effects{Event: p.Deleted(noon), Jobs: []idv.Job{{Kind: idv.JobForget}}})
		}
		must(t, b.Update(t.Context(), remove))
		mustBe(t, idv.CodeNotFound, b.Update(t.Context(), remove))
		for table, want := range map[string]int{"processes": 1, "images": 0, "steps": 0, "reports": 0, "dossiers": 1, "test_jobs": 1} {
			if n := b.count(t, "SELECT COUNT(*) FROM "+table); n != want {
				t.Errorf("%s has %d rows, want %d", table, n, want)
			}
		}
		b.view(t, func(ctx context.Context, r idv.Reader) error {
			_, err := r.Process(ctx, stays.TenantID, stays.DossierID, stays.ID)
			return err
		})
	})
}
