package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	sdkTokenLife   = 90 * time.Minute // of a token made by /sdk_token (Onfido contract section 4)
	anyReferrer    = "*://*/*"
	clientIDLength = 11
)

// signer makes SDK tokens. Their signature is DER as Onfido's is, not the form that the JWS standard asks for.
type signer struct{ key *ecdsa.PrivateKey }

func newSigner() (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key for SDK tokens: %w", err)
	}
	return &signer{key}, nil
}

// sdkClaims are the claims of an SDK token (Onfido contract section 4).
type sdkClaims struct {
	Exp     int64             `json:"exp"`
	Payload sdkPayload        `json:"payload"`
	UUID    string            `json:"uuid"`
	URLs    map[string]string `json:"urls"`
}

type sdkPayload struct {
	App        string `json:"app"` // the applicant
	ClientUUID string `json:"client_uuid"`
	IsSandbox  bool   `json:"is_sandbox"`
	Ref        string `json:"ref"`
	Session    string `json:"sardine_session"`
}

// createSDKToken mints a token for an applicant; its URLs lead back to this sandbox.
func (s *Sandbox) createSDKToken(w http.ResponseWriter, r *http.Request) (reply, error) {
	in, err := readInput(w, r)
	if err != nil {
		return reply{}, err
	}
	id := in.require("applicant_id")
	ref := in.text("referrer")
	in.text("application_id")
	in.text("cross_device_url")
	if err := in.err(); err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	_, err = s.state.owner(id)
	s.mu.RUnlock()
	if err != nil {
		return reply{}, err
	}
	token, err := s.mintToken(id, baseURL(r), ref, sdkTokenLife)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]string{"token": token})
}

// mintToken makes an SDK token for an applicant; a nil referrer is any.
func (s *Sandbox) mintToken(applicantID, base string, referrer *string, life time.Duration) (string, error) {
	claims, err := s.newClaims(applicantID, base, life)
	if err != nil {
		return "", err
	}
	if referrer != nil {
		claims.Payload.Ref = *referrer
	}
	return s.signer.sign(claims)
}

func (s *Sandbox) newClaims(applicantID, base string, life time.Duration) (sdkClaims, error) {
	client, err := s.newID()
	if err != nil {
		return sdkClaims{}, err
	}
	session, err := s.newID()
	if err != nil {
		return sdkClaims{}, err
	}
	urls := map[string]string{}
	for _, name := range []string{"telephony_url", "detect_document_url", "sync_url", "hosted_sdk_url", "auth_url", "onfido_api_url"} {
		urls[name] = base
	}
	return sdkClaims{
		Exp: s.clock.Now().Add(life).Unix(), UUID: session[:clientIDLength], URLs: urls,
		Payload: sdkPayload{App: applicantID, ClientUUID: client, IsSandbox: true, Ref: anyReferrer, Session: session},
	}, nil
}

func (g *signer) sign(claims sdkClaims) (string, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode SDK token: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES512"}`)) + "." + base64.RawURLEncoding.EncodeToString(text)
	digest := sha512.Sum512([]byte(signed))
	signature, err := ecdsa.SignASN1(rand.Reader, g.key, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign SDK token: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// verify gives the claims of a token: 401 when it is not ours, or expired.
func (g *signer) verify(token string, now time.Time) (claims sdkClaims, err error) {
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return claims, unauthorized()
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	digest := sha512.Sum512([]byte(token[:cut]))
	if err != nil || !ecdsa.VerifyASN1(&g.key.PublicKey, digest[:], signature) {
		return claims, unauthorized()
	}
	_, body, _ := strings.Cut(token[:cut], ".")
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return claims, unauthorized()
	}
	if now.Unix() >= claims.Exp {
		return claims, expired()
	}
	return claims, nil
}

// isJWT tells an SDK token from an access token by its form.
func isJWT(token string) bool { return strings.Count(token, ".") == 2 }

// baseURL is where the client reached the sandbox: scheme and host, without a path.
func baseURL(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
