package service_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

func (d *desk) setFile(dossier string, depiction idv.Depiction, content []byte) error {
	return d.SetFiles(d.t.Context(), tenant, dossier, func(put service.Upload) error { return put(depiction, bytes.NewReader(content)) })
}

func (d *desk) fileNames(dossier string) (names []idv.Depiction) {
	d.t.Helper()
	files, err := d.Files(d.t.Context(), tenant, dossier)
	check(d.t, err)
	for _, f := range files {
		names = append(names, f.Depiction)
	}
	return names
}

// TestFilesAreSealedForTheirOwnPlace: a copy has bytes of its own, and the sweep
// leaves them where they are while it takes what belongs to nothing.
func TestFilesAreSealedForTheirOwnPlace(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	check(t, d.CopyToFiles(t.Context(), k, nil))
	files, err := d.Files(t.Context(), tenant, k.Dossier)
	check(t, err)
	v, err := d.Process(t.Context(), k)
	check(t, err)
	if len(files) != 1 || files[0].ProcessID != "" || files[0].Blob == v.Images[0].Blob || files[0].Size != v.Images[0].Size {
		t.Fatalf("files %+v of %+v", files, v.Images)
	}
	orphan := files[0]
	orphan.Blob = d.NewID()
	check(t, d.blobs.Put(t.Context(), idv.BlobOf(orphan), bytes.NewReader(passport())))
	d.clock.turn(2 * time.Hour)
	check(t, d.SweepBlobs(t.Context()))
	if _, err := d.blobs.Open(t.Context(), idv.BlobOf(orphan)); idv.CodeOf(err) != idv.CodeNotFound {
		t.Errorf("an orphan outlived the sweep: %v", err)
	}
	_, body, err := d.File(t.Context(), tenant, k.Dossier, idv.Front)
	check(t, err)
	if !bytes.Equal(read(t, body), passport()) {
		t.Error("the file is not the image it was copied from")
	}
	check(t, d.DeleteProcess(t.Context(), k))
	for _, j := range d.queue.take(idv.JobEraseBlobs) {
		_, err := d.Run(t.Context(), j, 0)
		check(t, err)
	}
	_, body, err = d.File(t.Context(), tenant, k.Dossier, idv.Front)
	check(t, err)
	check(t, body.Close())
}

func TestRefusedCopiesLeaveNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	k := d.ready()
	check(t, d.setFile(k.Dossier, idv.Selfie, passport()))
	for name, c := range map[string]struct {
		err  error
		want idv.Code
	}{
		"a file that is not there":      {d.TakeFromFiles(t.Context(), k, []idv.Depiction{idv.Selfie, idv.Back}), idv.CodeImagesMissing},
		"an image that is not there":    {d.CopyToFiles(t.Context(), k, []idv.Depiction{idv.Front, idv.Back}), idv.CodeImagesMissing},
		"the same file twice":           {d.TakeFromFiles(t.Context(), k, []idv.Depiction{idv.Selfie, idv.Selfie}), idv.CodeInvalid},
		"a process that has begun":      {d.TakeFromFiles(t.Context(), d.begun(), nil), idv.CodeInvalidState},
		"a dossier that is not there":   {d.setFile("00000000-0000-4000-8000-000000000000", idv.Front, passport()), idv.CodeNotFound},
		"what is no image":              {d.setFile(k.Dossier, idv.Selfie, []byte("text")), idv.CodeUnsupportedImage},
		"a deletion of what is missing": {d.DeleteFiles(t.Context(), tenant, k.Dossier, idv.Selfie, idv.Back), idv.CodeNotFound},
	} {
		if idv.CodeOf(c.err) != c.want {
			t.Errorf("%s: %v, want %s", name, c.err, c.want)
		}
	}
	if names := d.fileNames(k.Dossier); !slices.Equal(names, []idv.Depiction{idv.Selfie}) {
		t.Errorf("files %v", names)
	}
	v, err := d.Process(t.Context(), k)
	check(t, err)
	if len(v.Images) != 1 {
		t.Errorf("%d images", len(v.Images))
	}
	blobs := 0
	for _, err := range d.blobs.Older(t.Context(), d.clock.Now().Add(time.Hour)) {
		check(t, err)
		blobs++
	}
	if blobs != 3 { // The front of two processes, the selfie among the files.
		t.Errorf("%d blobs, want 3", blobs)
	}
}
