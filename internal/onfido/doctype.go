package onfido

import "github.com/dossier-id/dossier/internal/idv"

// onfidoDocumentType gives Onfido's name of a document type (Assure contract
// section 7), and unknown for none or another: Onfido then classifies the
// document itself.
func onfidoDocumentType(t idv.DocumentType) string {
	switch t {
	case idv.Passport:
		return "passport"
	case idv.DriversLicense:
		return "driving_licence"
	case idv.IdentityCard:
		return "national_identity_card"
	case idv.ResidencePermit:
		return "residence_permit"
	case idv.WorkPermit:
		return "work_permit"
	case idv.VoterID:
		return "voter_id"
	case idv.PostalIDCard:
		return "postal_identity_card"
	case idv.ProfessionalQualificationCard:
		return "professional_qualification_card"
	case idv.SocialSecurity:
		return "social_security_card"
	case idv.PassportCard:
		return "passport_card"
	case idv.Visa:
		return "visa"
	case idv.AsylumRegistrationCard:
		return "asylum_registration_card"
	case idv.NationalHealthInsuranceCard:
		return "national_health_insurance_card"
	default:
		return "unknown"
	}
}

// assureDocumentType gives Assure's name of what Onfido calls a document; one
// without a name there becomes camelCase.
func assureDocumentType(onfido string) string {
	for _, t := range idv.DocumentTypes() {
		if onfidoDocumentType(t) == onfido {
			return string(t)
		}
	}
	return camelCase(onfido)
}
