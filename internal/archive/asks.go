package archive

import (
	"strings"
	"sync"
)

// asks says what a part of the verdict asks, in plain words: a group by its name,
// a part by the group that it is in, because document numbers are compared in one
// and checked for their form in another (Onfido contract sections 2c and 2f).
func asks(group, name string) string {
	if said := parts()[group+"."+name]; said != "" {
		return said
	}
	thing := strings.ToLower(Words(name))
	switch group {
	case "dataComparison":
		return "Is the " + thing + " what was said of the person?"
	case "dataConsistency":
		return "Is the " + thing + " the same wherever it stands?"
	}
	return groups()[name]
}

var groups = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"ageValidation":       "Is the holder old enough?",
		"compromisedDocument": "Is the document known to be misused?",
		"dataComparison":      "Does it say what was said of the person?",
		"dataConsistency":     "Do its parts say the same?",
		"dataValidation":      "Have its data the right form, and is it valid?",
		"faceComparison":      "Is it the face on the document?",
		"imageIntegrity":      "Can the pictures be judged?",
		"issuingAuthority":    "Did the issuer sign what is on the chip?",
		"policeRecord":        "Is it reported as lost or stolen?",
		"visualAuthenticity":  "Does it look genuine, and taken from life?",
	}
})

// parts are what has another meaning than its group and its name tell.
var parts = sync.OnceValue(func() map[string]string {
	return map[string]string{ // #nosec G101 -- questions, no credentials
		"ageValidation.minimumAcceptedAge":           "Is the holder as old as the account demands?",
		"compromisedDocument.documentDatabase":       "Is it in a database of stolen, leaked or sample documents?",
		"compromisedDocument.repeatAttempts":         "Was it shown before with other data or another face?",
		"dataComparison.documentNumbers":             "Are its numbers what was said of the person?",
		"dataConsistency.documentNumbers":            "Are its numbers the same wherever they stand?",
		"dataConsistency.multipleDataSourcesPresent": "Does it say things twice, so that they can be compared?",
		"dataValidation.barcode":                     "Can the barcode be read, and does it hold what it should?",
		"dataValidation.dateOfBirth":                 "Is the date of birth a date that there is?",
		"dataValidation.documentExpiration":          "Is it still valid on this day?",
		"dataValidation.documentNumbers":             "Have its numbers the form that the issuer gives them?",
		"dataValidation.expiryDate":                  "Is the date of expiry a date that there is?",
		"dataValidation.gender":                      "Is the gender one that the issuer writes?",
		"dataValidation.mrz":                         "Have the machine readable lines the right form and check digits?",
		"faceComparison.faceMatch":                   "How alike are the face on the document and the one before the camera?",
		"imageIntegrity.colourPicture":               "Is it in colour, not a black-and-white copy?",
		"imageIntegrity.conclusiveDocumentQuality":   "Is the document whole, so that it can be judged?",
		"imageIntegrity.faceDetected":                "Is there a face, and only one?",
		"imageIntegrity.imageQuality":                "Is the picture sharp, light and complete enough?",
		"imageIntegrity.sourceIntegrity":             "Does the picture come from a camera, at this time?",
		"imageIntegrity.supportedDocument":           "Is it a document that the provider knows?",
		"issuingAuthority.nfcActiveAuthentication":   "Is the chip the original, not a copy?",
		"issuingAuthority.nfcPassiveAuthentication":  "Are the data on the chip signed by the issuer, and unchanged?",
		"visualAuthenticity.digitalTampering":        "Was the picture changed with software?",
		"visualAuthenticity.faceDetection":           "Is there a face on the document?",
		"visualAuthenticity.fonts":                   "Is it printed in the letters that the issuer uses?",
		"visualAuthenticity.livenessDetected":        "Was a living person before the camera?",
		"visualAuthenticity.originalDocumentPresent": "Is it the document itself, not a screen, a print or a scan?",
		"visualAuthenticity.other":                   "Anything else that genuine documents do not show.",
		"visualAuthenticity.pictureFaceIntegrity":    "Is the photo on the document the one that the issuer put there?",
		"visualAuthenticity.securityFeatures":        "Are the security features there, and as they should be?",
		"visualAuthenticity.spoofingDetection":       "Is it a face from life, not a mask, a screen or a print?",
		"visualAuthenticity.template":                "Is everything where it is on documents of this kind?",
	}
})
