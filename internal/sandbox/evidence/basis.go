package evidence

// Kind is what the result of a sub-breakdown rests on.
type Kind string

// The kinds.
const (
	Measured Kind = "measured" // a fact that was read in the picture
	Hint     Kind = "hint"     // something that is measured and too weak to give a result
	Scenario Kind = "scenario" // nothing in a picture: only a scenario or a trigger gives a result
	Never    Kind = "never"    // not judged from a picture; a scenario can give a result all the same
)

// Basis is what can be said about a sub-breakdown, or about a breakdown without parts, and how.
type Basis struct {
	Path string
	Kind Kind
	How  string
}

// Bases is the table for document reports and for facial similarity reports. docs/sandbox.md repeats it with the
// error rates; what is not in it is by scenario only.
func Bases() []Basis {
	const against = "what the applicant and the upload said against what was read, where both are there"
	const orPrint = against + "; print of a document without machine readable data as a hint"
	const second = "zone against barcode or second zone, where there are two"
	const secondOrPrint = second + "; print as a hint"
	const digit = "check digit of the zone"
	return []Basis{
		{"image_integrity.image_quality", Measured, "sharpness, brightness, glare, cut edges, size; document found; side"},
		{"image_integrity.supported_document", Measured, "zone or AAMVA symbol understood; nothing otherwise"},
		{"image_integrity.colour_picture", Measured, "chroma of the picture"},
		{"image_integrity.conclusive_document_quality", Measured, "missing_back only"},
		{"data_validation.mrz", Measured, "all check digits of the zone"},
		{"data_validation.document_numbers", Measured, digit},
		{"data_validation.date_of_birth", Measured, digit},
		{"data_validation.expiry_date", Measured, digit},
		{"data_validation.gender", Measured, "character of the zone"},
		{"data_validation.document_expiration", Measured, "date that was read against today"},
		{"data_validation.barcode", Measured, "AAMVA symbol understood; there only then"},
		{"data_comparison.first_name", Measured, orPrint},
		{"data_comparison.last_name", Measured, orPrint},
		{"data_comparison.date_of_birth", Measured, orPrint},
		{"data_comparison.issuing_country", Measured, against},
		{"data_comparison.document_type", Measured, against},
		{"data_comparison.gender", Scenario, "applicants do not say it"},
		{"data_comparison.date_of_expiry", Scenario, "applicants do not say it"},
		{"data_comparison.document_numbers", Scenario, "applicants' numbers are not compared"},
		{"data_consistency.date_of_expiry", Measured, secondOrPrint},
		{"data_consistency.document_numbers", Measured, secondOrPrint},
		{"data_consistency.issuing_country", Measured, second},
		{"data_consistency.document_type", Measured, second},
		{"data_consistency.date_of_birth", Measured, secondOrPrint},
		{"data_consistency.gender", Measured, second},
		{"data_consistency.first_name", Measured, secondOrPrint},
		{"data_consistency.last_name", Measured, secondOrPrint},
		{"data_consistency.nationality", Measured, second},
		{"data_consistency.multiple_data_sources_present", Measured, "clear with two sources, nothing with one"},
		{"age_validation.minimum_accepted_age", Measured, "date of birth that was read, 16 years"},
		{"compromised_document.repeat_attempts", Measured, "number, or near-equal picture, of a document of an applicant with another name or date of birth"},
		{"compromised_document.document_database", Scenario, "there is no database"},
		{"police_record", Scenario, "there are no records"},
		{"visual_authenticity.face_detection", Measured, "portrait found on the document; nothing when the picture is poor"},
		{"visual_authenticity.digital_tampering", Measured, "editing program named in the file; nothing without one"},
		{"visual_authenticity.original_document_present", Hint, "screenshot and screen pattern, in the basis only"},
		{"visual_authenticity.fonts", Hint, "likeness of the zone's print to OCR-B, in the basis only"},
		{"visual_authenticity.picture_face_integrity", Never, ""},
		{"visual_authenticity.template", Never, ""},
		{"visual_authenticity.security_features", Never, ""},
		{"visual_authenticity.other", Measured, "consider if and only if one beside it is"},
		{"issuing_authority.nfc_active_authentication", Scenario, "needs the chip's live answer"},
		{passive, Measured, "hashes, signature and issuer of a chip file; nothing when the issuer is not that of the specimens"},
		{"face_comparison.face_match", Hint, "weak likeness of edges: moves the score, gives no result"},
		{"image_integrity.face_detected", Measured, "faces counted in the photo, or in the frames of a film that can be had"},
		{"image_integrity.source_integrity", Measured, "a film that is a still picture, or has no length of up to 60 s; nothing otherwise"},
		{"visual_authenticity.spoofing_detection", Never, ""},
		{"visual_authenticity.liveness_detected", Scenario, "that somebody is alive, turns or says digits is not seen"},
	}
}
