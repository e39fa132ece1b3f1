package idv

import "slices"

// DocumentType is Assure's name of a kind of document (Assure contract
// section 7). A value that a provider reports and that has no name here is kept
// in camelCase.
type DocumentType string

// The document types that Assure names.
const (
	Passport                      DocumentType = "passport"
	DriversLicense                DocumentType = "driversLicense"
	IdentityCard                  DocumentType = "identityCard"
	ResidencePermit               DocumentType = "residencePermit"
	WorkPermit                    DocumentType = "workPermit"
	VoterID                       DocumentType = "voterId"
	PostalIDCard                  DocumentType = "postalIdCard"
	ProfessionalQualificationCard DocumentType = "professionalQualificationCard"
	SocialSecurity                DocumentType = "socialSecurity"
	PassportCard                  DocumentType = "passportCard"
	Visa                          DocumentType = "visa"
	AsylumRegistrationCard        DocumentType = "asylumRegistrationCard"
	NationalHealthInsuranceCard   DocumentType = "nationalHealthInsuranceCard"
)

// DocumentTypes lists every type that a customer may order.
func DocumentTypes() []DocumentType {
	return []DocumentType{
		Passport, DriversLicense, IdentityCard, ResidencePermit, WorkPermit, VoterID, PostalIDCard,
		ProfessionalQualificationCard, SocialSecurity, PassportCard, Visa, AsylumRegistrationCard, NationalHealthInsuranceCard,
	}
}

// Known says whether a customer may order the type.
func (t DocumentType) Known() bool { return slices.Contains(DocumentTypes(), t) }

// Sides is 1 for a passport and a visa and 2 for the rest (Assure contract
// section 6).
func (t DocumentType) Sides() int {
	if t == Passport || t == Visa {
		return 1
	}
	return 2
}

// NeedsBack says whether a verification cannot start without the back.
func (t DocumentType) NeedsBack() bool { return t.Sides() == 2 }

// DocumentForm is a kind of document of one country that a provider takes.
type DocumentForm struct {
	// Country is who issues it, ISO 3166-1 alpha-3; CountryName is English.
	Country, CountryName string
	Type                 DocumentType
	// BackRequired says that at least one edition of it is not verified without
	// its back.
	BackRequired bool
	// ExtraLicenceData says that the provider reads the extra data of a driving
	// licence off it (Assure contract section 8).
	ExtraLicenceData bool
	// Regions are the parts of the country for which ExtraLicenceData holds, USPS
	// state codes; empty means all of it.
	Regions []string
}
