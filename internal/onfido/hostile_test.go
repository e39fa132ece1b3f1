package onfido

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyReport: whatever the reports hold, there is no panic, no null and no
// broken JSON.
func TestAnyReport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document, face := anyReport().Draw(t, "document"), anyReport().Draw(t, "face")
		checkVerdict(t, asJSON(t, document), asJSON(t, face))
	})
}

func FuzzVerdict(f *testing.F) {
	f.Add([]byte(`{"sub_result":"clear","properties":{"first_name":null}}`), []byte(`{"result":"clear"}`))
	f.Add([]byte(`{"breakdown":{"a_b":{"result":null,"breakdown":[null]}}}`), []byte(`{"live_photos":[{"id":1}]}`))
	f.Fuzz(func(t *testing.T, document, face []byte) { checkVerdict(t, document, face) })
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkVerdict(t failer, document, face []byte) {
	t.Helper()
	v, err := verdict(document, face)
	if err != nil {
		if isObject(document) && isObject(face) {
			t.Fatalf("two objects were refused: %v", err)
		}
		return
	}
	var specific any
	if err := json.Unmarshal(v.ProviderSpecific, new(json.RawMessage)); err != nil {
		t.Fatalf("broken JSON: %v", err)
	}
	if specific, err = decodeObject(v.ProviderSpecific); err != nil {
		t.Fatalf("no JSON object: %v", err)
	}
	if hasNull(specific) {
		t.Fatalf("a null in %s", []byte(v.ProviderSpecific))
	}
}

func isObject(b []byte) bool {
	_, err := decodeObject(b)
	return err == nil
}

func hasNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case object:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	}
	return false
}

func asJSON(t *rapid.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// anyReport gives any JSON value, and more often objects with the keys of a
// report and anything under them.
func anyReport() *rapid.Generator[any] {
	return rapid.OneOf(anyJSON(), anyObject(3), anyObject(5), anyObject(7))
}

func anyJSON() *rapid.Generator[any] { return anyValue(4) }

func anyValue(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.String().AsAny(),
		rapid.SampledFrom([]any{"clear", "rejected", "some_word", "1965-03-10", "D<<", json.Number("1e400"), json.Number("-0"), json.Number("0.65")}),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	list := rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(anyValue(depth-1), 0, 3).Draw(t, "list") })
	return rapid.OneOf(append(leaves, list, anyObject(depth-1), anyObject(depth-1))...)
}

func anyObject(depth int) *rapid.Generator[any] {
	key := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"result", "sub_result", "subResult", "breakdown", "breakdowns", "properties", "documents", "live_photos", "id", "score", "type", "value",
		"face_comparison", "face_match", "faceMatch", "visual_authenticity", "document_numbers", "documentNumbers", "extracted_data", "extractedData",
		"document_classification", "first_name", "firstName", "issuing_date", "date_of_issue", "gender", "nationality", "document_type", "personal_number",
	}))
	return rapid.Custom(func(t *rapid.T) any { return rapid.MapOfN(key, anyValue(max(depth-1, 0)), 0, 6).Draw(t, "object") })
}
