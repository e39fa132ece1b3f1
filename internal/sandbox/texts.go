package sandbox

// The texts of the API's errors, in one place because most are hard to come by. Certain (Onfido contract sections
// 0, 2a and 5): the first group. The others are our guesses at Onfido's wording; only that the request is refused,
// and under which field, is to be relied on.
const (
	textValidation       = "There was a validation error on this request"
	textUnauthorized     = "Authorization error: please re-check your credentials"
	textExpired          = "The token has expired, please request a new one"
	textBlank            = "can't be blank"
	textInvalid          = "is invalid"
	textPostcode         = "invalid postcode"
	textForeignDocuments = "Document(s) don't belong to applicant."
	textNeedsPhoto       = "You must provide a live photo to be able to proceed with this check"
	textNeedsDocument    = "You must provide the necessary documents to be able to proceed with this check."
	textChecksRunning    = "Applicants with checks in progress cannot be deleted."
)

const (
	textNotFound       = "could not be found"
	textUnknownValue   = "is not included in the list"
	textCharacters     = "contains invalid characters"
	textString         = "must be a string"
	textBoolean        = "must be a boolean"
	textInteger        = "must be an integer"
	textArray          = "must be an array"
	textObject         = "must be an object"
	textTooLong        = "is too long"
	textFile           = "is empty, corrupt or not of an accepted type"
	textFileSize       = "has a size that is not accepted"
	textPrivateIP      = "cannot be resolved to a country"
	textNeedsVideo     = "You must provide a live video to be able to proceed with this check"
	textNeedsMotion    = "You must provide a motion capture to be able to proceed with this check"
	textLocation       = "must be known before a check can be made"
	textConsent        = "must be granted by applicants in the United States"
	textHTTPS          = "must be an https URL"
	textRateLimit      = "The rate limit has been reached, please try again later"
	textReferrer       = "The referrer does not match the one of the token"
	textReportNames    = "At least one report name is needed"
	textNoSuchEndpoint = "The requested endpoint does not exist"
)
