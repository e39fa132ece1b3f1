package store

import (
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// The forms in which values lie under their seal. The domain's own types print
// and encode as [redacted]; these reveal on purpose and never leave this
// package. A field may be added; none may change its name or meaning.

// userRecord is idv.UserData.
type userRecord struct {
	FirstName   string         `json:"firstName,omitempty"`
	LastName    string         `json:"lastName,omitempty"`
	DateOfBirth string         `json:"dateOfBirth,omitempty"`
	Email       string         `json:"email,omitempty"`
	PhoneNumber string         `json:"phoneNumber,omitempty"`
	Nationality string         `json:"nationality,omitempty"`
	Gender      string         `json:"gender,omitempty"`
	Address     *addressRecord `json:"address,omitempty"`
}

// addressRecord is idv.Address.
type addressRecord struct {
	Street         string `json:"street,omitempty"`
	BuildingNumber string `json:"buildingNumber,omitempty"`
	FlatNumber     string `json:"flatNumber,omitempty"`
	Town           string `json:"town,omitempty"`
	State          string `json:"state,omitempty"`
	Postcode       string `json:"postcode,omitempty"`
	Country        string `json:"country,omitempty"`
}

func recordUser(u *idv.UserData) *userRecord {
	if u == nil {
		return nil
	}
	return &userRecord{
		FirstName: u.FirstName.Reveal(), LastName: u.LastName.Reveal(), DateOfBirth: u.DateOfBirth.Reveal(),
		Email: u.Email.Reveal(), PhoneNumber: u.PhoneNumber.Reveal(), Nationality: u.Nationality.Reveal(),
		Gender: u.Gender.Reveal(), Address: recordAddress(u.Address),
	}
}

func recordAddress(a *idv.Address) *addressRecord {
	if a == nil {
		return nil
	}
	return &addressRecord{
		Street: a.Street.Reveal(), BuildingNumber: a.BuildingNumber.Reveal(), FlatNumber: a.FlatNumber.Reveal(),
		Town: a.Town.Reveal(), State: a.State.Reveal(), Postcode: a.Postcode.Reveal(), Country: a.Country.Reveal(),
	}
}

func (r *userRecord) userData() *idv.UserData {
	if r == nil {
		return nil
	}
	return &idv.UserData{
		FirstName: idv.Personal(r.FirstName), LastName: idv.Personal(r.LastName), DateOfBirth: idv.Personal(r.DateOfBirth),
		Email: idv.Personal(r.Email), PhoneNumber: idv.Personal(r.PhoneNumber), Nationality: idv.Personal(r.Nationality),
		Gender: idv.Personal(r.Gender), Address: r.Address.address(),
	}
}

func (r *addressRecord) address() *idv.Address {
	if r == nil {
		return nil
	}
	return &idv.Address{
		Street: idv.Personal(r.Street), BuildingNumber: idv.Personal(r.BuildingNumber), FlatNumber: idv.Personal(r.FlatNumber),
		Town: idv.Personal(r.Town), State: idv.Personal(r.State), Postcode: idv.Personal(r.Postcode), Country: idv.Personal(r.Country),
	}
}

// parametersRecord is what a customer orders with a process and nobody needs
// to search for.
type parametersRecord struct {
	Country               string `json:"country,omitempty"`
	IPAddress             string `json:"ipAddress,omitempty"`
	PrivacyConsent        *bool  `json:"privacyConsent,omitempty"`
	MobileAppID           string `json:"mobileAppId,omitempty"`
	ExtraLicenceData      bool   `json:"extraLicenceData,omitempty"`
	IssuingCountry        string `json:"issuingCountry,omitempty"`
	CallbackURL           string `json:"callbackUrl,omitempty"`
	CallbackAuthorization string `json:"callbackAuthorization,omitempty"`
}

func recordParameters(p *idv.Process) *parametersRecord {
	return &parametersRecord{
		Country: p.Location.Country, IPAddress: p.Location.IPAddress.Reveal(),
		PrivacyConsent: p.PrivacyConsent, MobileAppID: p.MobileAppID, ExtraLicenceData: p.ExtraLicenceData,
		IssuingCountry: p.IssuingCountry,
		CallbackURL:    p.Callback.URL.Reveal(), CallbackAuthorization: p.Callback.Authorization.Reveal(),
	}
}

func (r *parametersRecord) fill(p *idv.Process) {
	p.Location = idv.Location{Country: r.Country, IPAddress: idv.Personal(r.IPAddress)}
	p.PrivacyConsent, p.MobileAppID, p.ExtraLicenceData = r.PrivacyConsent, r.MobileAppID, r.ExtraLicenceData
	p.IssuingCountry = r.IssuingCountry
	p.Callback = idv.Callback{URL: idv.Personal(r.CallbackURL), Authorization: idv.Personal(r.CallbackAuthorization)}
}

// verdictRecord is idv.Verdict without its reports, which have a table. The
// provider-specific result is kept byte for byte.
type verdictRecord struct {
	Status           idv.Status       `json:"status"`
	Final            *idv.FinalResult `json:"final,omitempty"`
	IssuingCountry   string           `json:"issuingCountry,omitempty"`
	ProviderSpecific []byte           `json:"providerSpecific,omitempty"`
}

func recordVerdict(v *idv.Verdict) *verdictRecord {
	if v == nil {
		return nil
	}
	return &verdictRecord{Status: v.Status, Final: v.Final, IssuingCountry: v.IssuingCountry, ProviderSpecific: v.ProviderSpecific}
}

func (r *verdictRecord) verdict() *idv.Verdict {
	if r == nil {
		return nil
	}
	return &idv.Verdict{Status: r.Status, Final: r.Final, IssuingCountry: r.IssuingCountry, ProviderSpecific: r.ProviderSpecific}
}

// failureRecord is idv.Failure.
type failureRecord struct {
	Type    idv.FailureType `json:"type"`
	Message string          `json:"message,omitempty"`
}

func recordFailure(f *idv.Failure) *failureRecord {
	if f == nil {
		return nil
	}
	return &failureRecord{Type: f.Type, Message: f.Message}
}

func (r *failureRecord) failure() *idv.Failure {
	if r == nil {
		return nil
	}
	return &idv.Failure{Type: r.Type, Message: r.Message}
}

// filmRecord is idv.Film. It says nothing of a person, so it lies in clear.
type filmRecord struct {
	Challenge  string       `json:"challenge"`
	Tasks      []taskRecord `json:"tasks"`
	Blob       string       `json:"blob,omitempty"`
	SwitchedAt int64        `json:"switchedAtMs,omitempty"`
	Language   string       `json:"language,omitempty"`
}

// taskRecord is idv.Task.
type taskRecord struct {
	Kind   idv.TaskKind `json:"kind"`
	Digits []int        `json:"digits,omitempty"`
	Side   idv.Side     `json:"side,omitempty"`
}

func recordFilm(f *idv.Film) filmRecord {
	r := filmRecord{Challenge: f.Challenge.Ref, Blob: f.Blob, SwitchedAt: f.SwitchedAt.Milliseconds(), Language: f.Language}
	for _, t := range f.Challenge.Tasks {
		r.Tasks = append(r.Tasks, taskRecord(t))
	}
	return r
}

func (r filmRecord) film() *idv.Film {
	f := &idv.Film{Blob: r.Blob, SwitchedAt: time.Duration(r.SwitchedAt) * time.Millisecond, Language: r.Language}
	f.Challenge.Ref = r.Challenge
	for _, t := range r.Tasks {
		f.Challenge.Tasks = append(f.Challenge.Tasks, idv.Task(t))
	}
	return f
}

// reviewRecord is idv.Review; times are microseconds.
type reviewRecord struct {
	Decision    idv.Status `json:"decision"`
	Reason      string     `json:"reason"`
	By          string     `json:"by"`
	At          int64      `json:"at"`
	FourEyes    bool       `json:"fourEyes,omitempty"`
	ConfirmedBy string     `json:"confirmedBy,omitempty"`
	ConfirmedAt int64      `json:"confirmedAt,omitempty"`
}

func recordReview(r *idv.Review) *reviewRecord {
	if r == nil {
		return nil
	}
	return &reviewRecord{
		Decision: r.Decision, Reason: r.Reason.Reveal(), By: r.By, At: micros(r.At),
		FourEyes: r.FourEyes, ConfirmedBy: r.ConfirmedBy, ConfirmedAt: micros(r.ConfirmedAt),
	}
}

func (r *reviewRecord) review() *idv.Review {
	if r == nil {
		return nil
	}
	return &idv.Review{
		Decision: r.Decision, Reason: idv.Personal(r.Reason), By: r.By, At: unmicros(r.At),
		FourEyes: r.FourEyes, ConfirmedBy: r.ConfirmedBy, ConfirmedAt: unmicros(r.ConfirmedAt),
	}
}
