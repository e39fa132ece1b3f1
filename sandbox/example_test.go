package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dossier-id/dossier/sandbox"
)

// A client that is pointed at the sandbox cannot tell it from Onfido. In a test, sandbox.Start(t) does the same in
// one line and ends the sandbox with the test.
func ExampleNew() {
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer box.Close()

	body := strings.NewReader(`{"first_name":"Anna","last_name":"Specimen"}`)
	req, err := http.NewRequest(http.MethodPost, box.URL()+"/applicants", body)
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Authorization", "Token token="+box.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var applicant struct {
		FirstName string `json:"first_name"`
		Sandbox   bool   `json:"sandbox"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&applicant); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Status, applicant.FirstName, applicant.Sandbox)
	// Output: 201 Created Anna true
}

// The next document that is uploaded is refused as one with glare, as Onfido would refuse it.
func ExampleServer_Force() {
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer box.Close()
	err = box.Force(sandbox.Scenario{Next: "document", Error: &sandbox.Error{
		Status: 422, Type: "validation_error", Message: "There was a validation error on this request",
		Fields: map[string][]string{"detect_glare": {"glare found in image"}},
	}})
	fmt.Println(err)
	fmt.Println(box.Force(sandbox.Scenario{Next: "check", Reports: map[string]sandbox.Report{
		"document": {Breakdown: map[string]sandbox.Node{"image_integrity.smell": {Result: "consider"}}},
	}}))
	// Output:
	// <nil>
	// control call refused: reports["document"]: report document has no breakdown "image_integrity.smell"
}
