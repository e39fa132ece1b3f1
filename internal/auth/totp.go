package auth

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps speak; HMAC does not need collision resistance
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time passwords by time (RFC 6238) with the defaults that every
// authenticator app knows: SHA-1, 30 seconds, six digits.
const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpSecret = 20 // bytes, the length of the hash (RFC 4226 section 4)
	// totpDrift is how many steps a clock may be off, either way (RFC 6238
	// section 5.2 advises one).
	totpDrift = 1
)

// Code gives the one-time password of a secret for the step that t is in.
func Code(secret []byte, t time.Time) string { return hotp(secret, counterAt(t)) }

func counterAt(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// hotp is RFC 4226 section 5.3.
func hotp(secret []byte, counter int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, counter) // A hash takes everything.
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fff_ffff
	return fmt.Sprintf("%0*d", totpDigits, n%1_000_000)
}

// takeCode gives the counter of a code that is right now and later than the last
// one that was taken (RFC 6238 section 5.2: none is taken twice).
func takeCode(secret []byte, code string, now time.Time, last int64) (counter int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	for c := counterAt(now) - totpDrift; c <= counterAt(now)+totpDrift; c++ {
		if subtle.ConstantTimeCompare([]byte(hotp(secret, c)), []byte(code)) == 1 && c > last {
			counter, ok = c, true
		}
	}
	return counter, ok
}

// enrolment gives the address that an authenticator app reads from a QR code.
func enrolment(issuer, name, secret string) string {
	v := url.Values{"secret": {secret}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+name) + "?" + v.Encode()
}

// secretText is how a secret is typed into an authenticator app.
func secretText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}
