package onfido

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestStatusTable(t *testing.T) {
	t.Parallel()
	const noFace = "-"
	tests := []struct {
		document, face string
		want           idv.Status
	}{
		{`"sub_result":"rejected","result":"consider"`, "clear", idv.StatusRejected},
		{`"sub_result":"rejected","result":"consider"`, noFace, idv.StatusRejected},
		{`"sub_result":"suspected","result":"consider"`, "clear", idv.StatusInconclusive},
		{`"sub_result":"caution","result":"consider"`, "clear", idv.StatusInconclusive},
		{`"sub_result":"clear","result":"clear"`, "clear", idv.StatusAccepted},
		{`"sub_result":"clear","result":"clear"`, noFace, idv.StatusAccepted},
		{`"sub_result":"clear","result":"clear"`, "consider", idv.StatusInconclusive},
		{`"sub_result":"clear","result":"clear"`, "unidentified", idv.StatusInconclusive},
		{`"sub_result":"clear","result":"clear"`, "", idv.StatusInconclusive},
		{`"sub_result":null,"result":"clear"`, "clear", idv.StatusAccepted},
		{`"result":"clear"`, noFace, idv.StatusAccepted},
		{`"result":"consider"`, noFace, idv.StatusInconclusive},
		{`"result":null`, noFace, idv.StatusInconclusive},
		{`"sub_result":"brand_new","result":"clear"`, noFace, idv.StatusInconclusive},
		{`"sub_result":7,"result":"consider"`, noFace, idv.StatusInconclusive},
	}
	for _, test := range tests {
		var face []byte
		if test.face != noFace {
			face = fmt.Appendf(nil, `{"result":%q}`, test.face)
		}
		v, err := verdict([]byte("{"+test.document+"}"), face)
		if err != nil {
			t.Fatal(err)
		}
		if v.Status != test.want {
			t.Errorf("%s with face %q: %s, want %s", test.document, test.face, v.Status, test.want)
		}
		if hasFinal := v.Final != nil; hasFinal != (test.want == idv.StatusAccepted) {
			t.Errorf("%s with face %q: final result %t", test.document, test.face, hasFinal)
		}
	}
}

// TestProviderSpecific maps reports that no example shows.
func TestProviderSpecific(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, document, face, want string }{
		{
			"unknown breakdowns, properties and words pass in camelCase",
			`{"result":"not_run_yet","sub_result":"brand_new","breakdown":{"new_group":{"result":"not_run","new_list":[null,"some_word",{"a_b":null}],
				"breakdown":{"new_sub":{"result":null,"properties":{"new_property":"very_bad","note":"some_word, and more"}}}}},
				"properties":{"new_fact":"left_alone","new_number":17}}`,
			``,
			`{"documentVerification":{"result":"notRunYet","subResult":"brandNew","newGroup":"notRun","newFact":"left_alone","newNumber":17,
				"breakdowns":{"newGroup":{"result":"notRun","newList":["someWord",{}],
				"breakdown":{"newSub":{"properties":{"newProperty":"veryBad","note":"some_word, and more"}}}}}}}`,
		},
		{
			"wrong types pass where they harm nobody and are left out where an object is expected",
			`{"result":{"a":1},"sub_result":["x"],"breakdown":{"a_group":"text","b_group":{"result":true,"breakdown":"none"}},
				"properties":{"first_name":["A","B"],"document_numbers":"123","extracted_data":"no","gender":7}}`,
			`{"breakdown":"text","live_photos":"p","properties":[1]}`,
			`{"documentVerification":{"firstName":["A","B"],"documentNumbers":"123","extractedData":"no","gender":7,
				"breakdowns":{"aGroup":"text","bGroup":{"result":true,"breakdown":"none"}}},
				"facialSimilarity":{"breakdowns":{}}}`,
		},
		{
			"two keys of one name both stay",
			`{"properties":{"new_fact":1,"newFact":2,"new-fact":3}}`, ``,
			`{"documentVerification":{"newFact":2,"new_fact":1,"new-fact":3,"breakdowns":{}}}`,
		},
		{
			"numbers leave as they came",
			`{"properties":{"big":123456789012345678901234567890,"far":1e400,"exact":0.10}}`, ``,
			`{"documentVerification":{"big":123456789012345678901234567890,"far":1e400,"exact":0.10,"breakdowns":{}}}`,
		},
		{
			"the better reading fills what the first one leaves open",
			`{"properties":{"first_name":"ANNA","last_name":"","date_of_birth":null,
				"extracted_data":{"first_name":"ANNE","last_name":"SPECIMEN","date_of_birth":"19650310"},
				"document_classification":{"issuing_country":"D<<","document_type":"national_identity_card"}}}`, ``,
			`{"documentVerification":{"firstName":"ANNA","lastName":"SPECIMEN","dateOfBirth":"1965-03-10","issuingCountry":"DEU",
				"documentType":"identityCard","breakdowns":{}}}`,
		},
		{
			"document numbers become facts of their own",
			`{"properties":{"personal_number":"1","document_numbers":[{"type":"document_number","value":"D1"},{"type":"document_number","value":"D2"},
				{"type":"personal_number","value":"2"},{"type":"card_number","value":"C1"},{"type":null,"value":"x"},"y",{"type":"z"}]}}`, ``,
			`{"documentVerification":{"personalIdentificationNumber":"1","documentNumber":"D1","cardNumber":"C1","breakdowns":{}}}`,
		},
		{
			"a barcode is in normal form too",
			`{"properties":{"barcode":[{"document_type":"driving_licence","gender":"Male","issuing_country":"us","date_of_birth":"1970/12/01","class":null}]}}`, ``,
			`{"documentVerification":{"barcode":[{"documentType":"driversLicense","gender":"M","issuingCountry":"USA","dateOfBirth":"1970-12-01"}],"breakdowns":{}}}`,
		},
		{
			"the licence report keeps what the example does not show",
			`{"properties":{"drivers_licence":true,"raw_licence_category":"C","passenger_vehicle":{"is_qualified":true,"obtainment_date":null,"expiry_date":null},
				"vehicle_class_details":[{"category":"B","codes":"01","obtainment_date":null,"expiry_date":"2036-07-23"}]}}`, ``,
			`{"documentVerification":{"driversLicense":true,"rawLicenceCategory":"C","passengerVehicle":{"isQualified":true},
				"vehicleClassDetails":[{"category":"B","codes":"01","expiryDate":"2036-07-23"}],"breakdowns":{}}}`,
		},
		{
			"a film has its liveness, and is named in the face match",
			`{}`,
			`{"result":"consider","name":"facial_similarity_video","documents":[{"id":"d1"}],"live_photos":[],"live_videos":[{"id":"v1"}],"breakdown":{
				"face_comparison":{"result":"clear","breakdown":{"face_match":{"result":"clear","properties":{"score":0.91}}}},
				"image_integrity":{"result":"clear","breakdown":{"face_detected":{"result":"clear","properties":{}},
					"source_integrity":{"result":"clear","properties":{"challenge_reuse":"clear"}}}},
				"visual_authenticity":{"result":"consider","breakdown":{"liveness_detected":{"result":"consider","properties":{}},
					"spoofing_detection":{"result":"clear","properties":{"score":0.9}}}}}}`,
			`{"documentVerification":{"breakdowns":{}},"facialSimilarity":{"result":"consider","similarityScore":"high",
				"faceComparison":"clear","imageIntegrity":"clear","visualAuthenticity":"consider","breakdowns":{
				"faceComparison":{"result":"clear","breakdown":{"faceMatch":{"result":"clear","properties":{"score":0.91,"liveVideoId":"v1","documentId":"d1"}}}},
				"imageIntegrity":{"result":"clear","breakdown":{"faceDetected":{"result":"clear","properties":{}},
					"sourceIntegrity":{"result":"clear","properties":{"challengeReuse":"clear"}}}},
				"visualAuthenticity":{"result":"consider","breakdown":{"livenessDetected":{"result":"consider","properties":{}},
					"spoofingDetection":{"result":"clear","properties":{"score":0.9}}}}}}}`,
		},
		{
			"a motion capture is named as well",
			`{}`,
			`{"result":"clear","motion_captures":[{"id":"m1"}],"breakdown":{"face_comparison":{"breakdown":{"face_match":{"properties":{}}}}}}`,
			`{"documentVerification":{"breakdowns":{}},"facialSimilarity":{"result":"clear","breakdowns":{"faceComparison":{"breakdown":{"faceMatch":
				{"properties":{"motionCaptureId":"m1"}}}}}}}`,
		},
		{
			"what Onfido names itself in a face match is kept",
			`{}`,
			`{"result":"clear","documents":[{"id":"d2"}],"live_photos":[{"id":"p1"}],"breakdown":{"face_comparison":{"breakdown":{"face_match":{"properties":{"document_id":"d1"}}}}}}`,
			`{"documentVerification":{"breakdowns":{}},"facialSimilarity":{"result":"clear","breakdowns":{"faceComparison":{"breakdown":{"faceMatch":
				{"properties":{"documentId":"d1","livePhotoId":"p1"}}}}}}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var face []byte
			if test.face != "" {
				face = []byte(test.face)
			}
			v, err := verdict([]byte(test.document), face)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := canonical(t, v.ProviderSpecific), canonical(t, []byte(test.want)); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// canonical writes JSON with sorted keys, its numbers untouched.
func canonical(t *testing.T, b []byte) string {
	t.Helper()
	o, err := decodeObject(b)
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	out, err := encode(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestFinalResultHasOnlyNormalForms(t *testing.T) {
	t.Parallel()
	v, err := verdict([]byte(`{"sub_result":"clear","properties":{"first_name":"A","last_name":["B"],"date_of_birth":"1965","date_of_expiry":"2031-05-28T00:00:00Z",
		"issuing_country":"Utopia","nationality":"XXA","gender":"unknown","personal_number":12}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := (idv.FinalResult{FirstName: "A", DateOfExpiry: "2031-05-28", Nationality: "XXA"}); *v.Final != want {
		t.Errorf("got %s", pretty(t, v.Final))
	}
}

// TestIssuingCountryIsKeptWhateverTheStatus: accepted documents alone have a final
// result, and a country that was read counts for all.
func TestIssuingCountryIsKeptWhateverTheStatus(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]string{
		`"issuing_country":"NLD"`: "NLD",
		`"issuing_country":"d<<"`: "DEU",
		`"issuing_country":"UTO"`: "", // nobody's
		`"issuing_country":"UNO"`: "", // no country
		`"issuing_country":null`:  "",
		`"issuing_country":[7]`:   "",
		`"issuing_country":"NLD","extracted_data":{"issuing_country":"BEL"}`:       "BEL",
		`"issuing_country":"NLD","extracted_data":{"issuing_country":"somewhere"}`: "NLD",
	} {
		for _, result := range []string{"clear", "rejected", "suspected"} {
			v, err := verdict(fmt.Appendf(nil, `{"sub_result":%q,"properties":{%s}}`, result, properties), nil)
			if err != nil {
				t.Fatal(err)
			}
			if v.IssuingCountry != want {
				t.Errorf("%s of a document that is %s: %q, want %q", properties, result, v.IssuingCountry, want)
			}
		}
	}
}

func TestSimilarityScore(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"0": "low", "0.3243": "low", "0.49999": "low", "0.5": "medium", "0.6512": "medium", "0.8": "high", "1": "high",
		"1.01": "", "-0.1": "", "1e400": "", `"0.9"`: "", "null": "", "{}": "",
	}
	for score, want := range tests {
		report, err := decodeObject(fmt.Appendf(nil, `{"breakdown":{"face_comparison":{"breakdown":{"face_match":{"properties":{"score":%s}}}}}}`, score))
		if err != nil {
			t.Fatal(err)
		}
		if got := similarityScore(report); got != want {
			t.Errorf("score %s: %q, want %q", score, got, want)
		}
	}
}

func TestUnreadableReports(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"empty": "", "null": "null", "list": "[]", "text": `"x"`, "cut": `{"result":`, "two": "{}{}", "binary": "\x00\xff",
		"too deep for the decoder": strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
		"too large":                `{"a":"` + strings.Repeat("x", maxReportBytes) + `"}`,
	}
	for name, raw := range tests {
		if v, err := verdict([]byte(raw), nil); err == nil {
			t.Errorf("%s as a document report gave %v", name, v.Status)
		}
		if v, err := verdict([]byte("{}"), []byte(raw)); err == nil {
			t.Errorf("%s as a face report gave %v", name, v.Status)
		}
	}
}

func TestDeepReportsAreCut(t *testing.T) {
	t.Parallel()
	deep := `{"properties":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5001)
	v, err := verdict([]byte(deep), nil)
	if err != nil {
		t.Fatal(err)
	}
	if depth := strings.Count(string(v.ProviderSpecific), "{"); depth > maxReportDepth+5 {
		t.Errorf("the result nests %d deep", depth)
	}
}
