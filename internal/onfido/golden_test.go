package onfido

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

// answer is the part of Get process that a verdict fills.
type answer struct {
	Status           string
	FinalResult      any
	ProviderSpecific any
}

// TestGolden holds the mapping to the contract's examples: each must come out
// equal as JSON from raw reports that say the same.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"accepted-passport", "accepted-driving-licence", "inconclusive", "rejected"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want answer
			decodeInto(t, readTestdata(t, "golden", "get-process-"+name+".json"), &want)

			document, face := rawReports(t, name)
			v, err := verdict(document, face)
			if err != nil {
				t.Fatal(err)
			}

			got := answer{Status: string(v.Status)}
			decodeInto(t, v.ProviderSpecific, &got.ProviderSpecific)
			if v.Final != nil {
				got.FinalResult = finalAsJSON(t, v.Final)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got:\n%s\nwant:\n%s", pretty(t, got), pretty(t, want))
			}
		})
	}
}

func TestVerdictKeepsTheReportsByteForByte(t *testing.T) {
	t.Parallel()
	document, face := rawReports(t, "rejected")
	v, err := verdict(document, face)
	if err != nil {
		t.Fatal(err)
	}
	want := []idv.Report{{Kind: idv.ReportDocument, Raw: document}, {Kind: idv.ReportFace, Raw: face}}
	if !reflect.DeepEqual(v.Reports, want) {
		t.Error("the verdict's reports are not the raw reports")
	}
}

// rawReports reads the reports of a fixture; face is nil when it has none.
func rawReports(t *testing.T, name string) (document, face []byte) {
	t.Helper()
	document = readTestdata(t, "reports", name, "document.json")
	face, err := os.ReadFile(filepath.Join("testdata", "reports", name, "face.json"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return document, face
}

func readTestdata(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decodeInto(t *testing.T, b []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
}

func finalAsJSON(t *testing.T, f *idv.FinalResult) any {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	decodeInto(t, b, &v)
	return v
}

func pretty(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
