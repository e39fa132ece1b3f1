package idv

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the stable word that tells a client which rule a request broke
// (Assure contract section 3). A code never changes its meaning.
type Code string

// The codes that use cases answer with. The border (httpapi) maps each to one
// HTTP status.
const (
	CodeInvalid              Code = "invalid_request"
	CodeNotFound             Code = "not_found"
	CodeInvalidState         Code = "invalid_state"
	CodeLocationRequired     Code = "location_required"
	CodeLocationUnresolvable Code = "location_unresolvable"
	CodeConsentRequired      Code = "consent_required"
	CodeDocumentTypeRequired Code = "document_type_required"
	CodeImagesMissing        Code = "images_missing"
	CodeCaptureRequired      Code = "capture_required"
	CodeNotSupported         Code = "not_supported"
	CodeTooLarge             Code = "too_large"
	CodeUnsupportedImage     Code = "unsupported_image"
	CodeKeyReused            Code = "idempotency_key_reused"
	CodeProviderUnavailable  Code = "provider_unavailable"
	CodeLinkExpired          Code = "link_expired"
)

// InvalidParam names one field of a request and what is wrong with it.
type InvalidParam struct {
	// Name is a JSON path such as processParameters.location.countryOfResidence.
	Name string
	// Reason is a sentence for the developer; it never repeats the value.
	Reason string
}

// Error is a refusal with a code. Detail and Params are shown to the client, so
// they never hold personal data.
type Error struct {
	Code   Code
	Detail string
	Params []InvalidParam
}

// Error gives the code, the detail and the names of the fields at fault.
func (e *Error) Error() string {
	if len(e.Params) == 0 {
		return fmt.Sprintf("%s: %s", e.Code, e.Detail)
	}
	names := make([]string, len(e.Params))
	for i, p := range e.Params {
		names[i] = p.Name
	}
	return fmt.Sprintf("%s: %s (%s)", e.Code, e.Detail, strings.Join(names, ", "))
}

// Refuse makes an Error with a code, a sentence and the fields at fault.
func Refuse(code Code, detail string, params ...InvalidParam) *Error {
	return &Error{Code: code, Detail: detail, Params: params}
}

// NotFound is the one answer for an unknown id and for an id of another tenant:
// they must not be told apart (Assure contract section 1). What is "dossier",
// "process", "image" and so on.
func NotFound(what string) *Error {
	return Refuse(CodeNotFound, "there is no such "+what)
}

// CodeOf gives the code of the first Error in err's chain, or "".
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// ErrLeaseLost says that another worker has taken the process over, so the work
// at hand must stop without another word to the provider.
var ErrLeaseLost = errors.New("another worker has taken this process over")

// ErrUnreadable says that something stored does not open: it was damaged, or was
// sealed with a key that is not here. Trying again cannot mend it.
var ErrUnreadable = errors.New("what is stored does not open")

// ErrTaken says that what was found at the provider belongs to another process.
var ErrTaken = errors.New("another process has this reference")
