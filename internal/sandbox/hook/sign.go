package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// SignatureHeader carries the signature of a delivery (Onfido contract section 3).
const SignatureHeader = "X-SHA2-Signature"

// Sign is the lower-case hex HMAC-SHA256 of the raw body under the webhook's token (Onfido contract section 3).
func Sign(token string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
