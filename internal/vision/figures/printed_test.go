package figures

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/optional"
	"github.com/dossier-id/dossier/internal/specimen"
	"github.com/dossier-id/dossier/internal/vision/printed"
)

// BenchmarkPrinted prints how many of the fields that people read are understood from what tesseract finds on documents,
// how many that are thought certain are wrong, how many values are found by who knows them, and how long it takes.
func BenchmarkPrinted(b *testing.B) {
	programs, err := optional.Find("", "")
	if err != nil {
		b.Fatal(err)
	}
	if !programs.Reads() {
		fmt.Fprintln(os.Stdout, "print is not measured: there is no tesseract on the path")
		return
	}
	for _, kind := range []specimen.Type{specimen.DrivingLicence, specimen.USDrivingLicence, specimen.IDCard, specimen.Passport} {
		for level := range 4 {
			countPrinted(b, programs, kind, level, max(1, int(60**portion)))
		}
	}
}

func countPrinted(b *testing.B, programs optional.Set, kind specimen.Type, level, n int) {
	b.Helper()
	var right, certain, wrong, shown, of int
	var took []time.Duration
	for i := range n {
		o := order(kind, specimen.Front, level, 7000+i)
		page := read(b, jpegOf(b, o)).Page()
		began := time.Now()
		text, err := programs.Print(context.Background(), page)
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		for field, want := range fieldsOf(o) {
			got := text.Fields[field]
			of++
			if text.Shows(field, want) {
				shown++
			}
			switch {
			case got == want:
				right++
				if text.Confidence[field] >= printed.Sure {
					certain++
				}
			case got != "" && text.Confidence[field] >= printed.Sure:
				wrong++
				fmt.Fprintf(os.Stdout, "    wrong %s %d: %s %q, want %q (%.2f)\n", kind, i, field, got, want, text.Confidence[field])
			}
		}
	}
	slices.Sort(took)
	fmt.Fprintf(os.Stdout, "print of %-20s level %d: of %3d fields %3d are understood, %3d with certainty, %d wrong though certain, %3d values are found; median %v\n",
		kind, level, of, right, certain, wrong, shown, took[len(took)/2].Round(time.Millisecond))
}

// fieldsOf are the fields that every kind of document prints.
func fieldsOf(o specimen.Order) map[printed.Field]string {
	expiry := o.Expiry
	if expiry.IsZero() {
		expiry = o.Issued.AddDate(10, 0, -1)
	}
	return map[printed.Field]string{
		printed.LastName: strings.ToUpper(o.Holder.LastName), printed.FirstName: strings.ToUpper(o.Holder.FirstName),
		printed.BirthDate: o.Holder.Birth.Format(time.DateOnly), printed.ExpiryDate: expiry.Format(time.DateOnly), printed.DocumentNumber: o.Number,
	}
}
