package onfidoapi_test

import (
	"encoding/json"
	"fmt"

	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// Error says little, as it may end in a log; Detail says all, for the customer's
// developer.
func ExampleError_Detail() {
	err := &onfidoapi.Error{
		Status: 422, Type: "validation_error", Message: "There was a validation error on this request",
		Fields: json.RawMessage(`{"file":["is empty"]}`),
	}
	fmt.Println(err)
	fmt.Println(err.Detail())
	fmt.Println(onfidoapi.OutcomeOf(err) == onfidoapi.Refused)
	// Output:
	// Onfido answered 422 validation_error
	// There was a validation error on this request (status code 422) | Field errors: {file=[is empty]}
	// true
}
