package idv

import (
	"fmt"
	"io"
	"log/slog"
)

// Verdict is what the provider found, in Assure's words.
type Verdict struct {
	// Status is accepted, rejected or inconclusive.
	Status Status
	// Final is set only when the status is accepted.
	Final *FinalResult
	// IssuingCountry of the document is what was read, whatever the status: ISO 3166-1
	// alpha-3, or empty.
	IssuingCountry string
	// ProviderSpecific is the JSON object of that name in Get process.
	ProviderSpecific PersonalJSON
	// Reports are the provider's raw reports, the evidence of the verdict.
	Reports []Report
}

// ReportKind says what a raw report is about; it is also the name of its file
// in the full result, without the ending (Assure contract section 11).
type ReportKind string

// The two raw reports of a verification.
const (
	ReportDocument ReportKind = "document_verification"
	ReportFace     ReportKind = "facial_similarity"
)

// Report is a raw report, byte for byte as the provider sent it.
type Report struct {
	Kind ReportKind
	Raw  PersonalJSON
}

// FinalResult is the identity that was verified: what is known of it, in normal
// form (Assure contract sections 7 and 8). Dates are YYYY-MM-DD, countries
// alpha-3, gender F, M or X. It prints as [redacted].
type FinalResult struct {
	FirstName                    string `json:"firstName,omitempty"`
	LastName                     string `json:"lastName,omitempty"`
	DateOfBirth                  string `json:"dateOfBirth,omitempty"`
	DateOfExpiry                 string `json:"dateOfExpiry,omitempty"`
	DateOfIssue                  string `json:"dateOfIssue,omitempty"`
	DocumentType                 string `json:"documentType,omitempty"`
	DocumentNumber               string `json:"documentNumber,omitempty"`
	IssuingCountry               string `json:"issuingCountry,omitempty"`
	Nationality                  string `json:"nationality,omitempty"`
	Gender                       string `json:"gender,omitempty"`
	PersonalIdentificationNumber string `json:"personalIdentificationNumber,omitempty"`
	PlaceOfBirth                 string `json:"placeOfBirth,omitempty"`
	// SimilarityScore is low, medium or high, absent without a face report.
	SimilarityScore string `json:"similarityScore,omitempty"`
}

// Format prints [redacted] for every verb.
func (FinalResult) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue logs [redacted].
func (FinalResult) LogValue() slog.Value { return slog.StringValue(redacted) }

// FailureType says why a process failed (Assure contract section 8).
type FailureType string

// The reasons there are.
const (
	FailUpload          FailureType = "upload_failed"
	FailConsentDenied   FailureType = "USER_CONSENT_DENIED"
	FailProvider        FailureType = "provider_error"
	FailProviderTimeout FailureType = "provider_timeout"
	FailExpired         FailureType = "expired"
	FailCapture         FailureType = "capture_failed"
)

// Failure is why a process could not reach a verdict. As an error of a Provider
// it says that asking again would not help.
type Failure struct {
	Type FailureType
	// Message is for the customer's developer. It may quote the provider, so it
	// is treated as personal wherever it is stored.
	Message string
}

// Error gives the type only: the message may quote what the provider said.
func (f *Failure) Error() string { return "verification failed: " + string(f.Type) }
