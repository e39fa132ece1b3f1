package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// issuer is a small OpenID Connect provider: it knows one client, lets everybody in
// whom it is told to, and holds the client to the code flow with PKCE.
type issuer struct {
	t      *testing.T
	url    string
	key    *rsa.PrivateKey
	signer *rsa.PrivateKey

	mu sync.Mutex
	// claims are those of whoever logs in next.
	claims map[string]any
	// asked are the queries of the logins that were begun, by their codes.
	asked map[string]url.Values
}

const issuerClient, issuerSecret = "dossier", "the-secret-of-the-client"

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	i := &issuer{t: t, key: key, signer: key, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discover)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	i.url = s.URL
	return i
}

// settings are those of a server that lets people log in at the issuer.
func (i *issuer) settings() []string {
	return []string{
		"DOSSIER_OIDC_ISSUER", i.url, "DOSSIER_OIDC_CLIENT_ID", issuerClient, "DOSSIER_OIDC_CLIENT_SECRET", issuerSecret,
		"DOSSIER_OIDC_ROLE_CLAIM", "realm_access.roles", "DOSSIER_OIDC_ROLES", "looks=viewer,decides=reviewer,runs=administrator",
	}
}

func (i *issuer) discover(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{
		"issuer": i.url, "authorization_endpoint": i.url + "/authorize", "token_endpoint": i.url + "/token", "jwks_uri": i.url + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (i *issuer) keys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "one",
		"n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	i.mu.Lock()
	defer i.mu.Unlock()
	if q.Get("client_id") != issuerClient || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || !strings.Contains(q.Get("scope"), "openid") {
		i.t.Errorf("the login was begun with %v", q)
	}
	code := rand.Text()
	i.asked[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	asked := i.asked[r.PostFormValue("code")]
	delete(i.asked, r.PostFormValue("code"))
	id, secret, _ := r.BasicAuth()
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if asked == nil || id != issuerClient || secret != issuerSecret || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(proof[:]) != asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": i.url, "aud": issuerClient, "nonce": asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	for name, v := range i.claims {
		claims[name] = v
	}
	writeJSON(w, map[string]any{"access_token": "unused", "token_type": "Bearer", "id_token": i.sign(claims)})
}

func (i *issuer) sign(claims map[string]any) string {
	part := func(v any) string {
		text, err := json.Marshal(v)
		check(i.t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(map[string]string{"alg": "RS256", "kid": "one"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.signer, crypto.SHA256, sum[:])
	check(i.t, err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// TestSingleSignOn logs people in at a provider: who has a role gets it at each
// login anew, and nobody else gets in, whatever is brought back.
func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newStackAt(t, "sqlite:"+t.TempDir()+"/dossier.db", "http://127.0.0.1:1", "api_sandbox.none", i.settings()...)
	person := func(sub, name string, roles ...string) map[string]any {
		return map[string]any{"sub": sub, "preferred_username": name, "realm_access": map[string]any{"roles": roles}}
	}
	s.operator("ada", idv.RoleViewer)

	if page := s.enterAt(i, person("1", "rosa@company.example", "looks", "decides"), "?next=/console/webhooks"); !strings.Contains(page, "<h1>Webhooks</h1>") {
		t.Fatalf("the page behind the login is %s", page)
	}
	s.holds("rosa@company.example", idv.RoleReviewer)
	s.enterAt(i, person("1", "rosa@company.example", "runs"), "")
	s.holds("rosa@company.example", idv.RoleAdministrator)

	late, foreign, forged := person("1", "rosa", "runs"), person("1", "rosa", "runs"), person("1", "rosa", "runs")
	late["exp"], foreign["aud"], forged["nonce"] = time.Now().Add(-time.Hour).Unix(), "another-client", "another-nonce"
	for reason, claims := range map[string]map[string]any{
		"gives you no role here":            person("2", "nobody", "elsewhere"),
		"does not tell your name":           {"sub": "3", "realm_access": map[string]any{"roles": "runs"}},
		"there is an operator of this name": person("4", "ada", "runs"),
		"cannot be one here":                person("5", "a name with blanks", "runs"),
		"not genuine":                       late,
		"not for this server":               foreign,
		"or not of now":                     forged,
	} {
		if page := s.enterAt(i, claims, ""); !strings.Contains(strings.ToLower(page), reason) || strings.Contains(page, "Log out") {
			t.Errorf("want %q, the page is %s", reason, page)
		}
	}
	s.holds("ada", idv.RoleViewer)

	rosa, err := s.server.operators().Named(t.Context(), "rosa@company.example")
	check(t, err)
	check(t, s.server.operators().Disable(t.Context(), store.DefaultTenant, rosa.ID))
	if page := s.enterAt(i, person("1", "rosa@company.example", "runs"), ""); !strings.Contains(page, "has ended your access") {
		t.Errorf("a disabled operator sees %s", page)
	}
	if i.signer, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if page := s.enterAt(i, person("6", "mallory", "runs"), ""); !strings.Contains(page, "not genuine") {
		t.Errorf("another key lets in: %s", page)
	}
	if page := s.browse(http.DefaultClient, "/console/sso/callback?code=x&state=y"); !strings.Contains(page, "begun in another window") {
		t.Errorf("a browser without a ticket sees %s", page)
	}
}

// enterAt logs somebody in at the issuer in a browser of their own, and gives the
// page that they see in the end.
func (s *stack) enterAt(i *issuer, claims map[string]any, query string) string {
	s.t.Helper()
	i.mu.Lock()
	i.claims = claims
	i.mu.Unlock()
	jar, err := cookiejar.New(nil)
	check(s.t, err)
	return s.browse(&http.Client{Jar: jar}, "/console/sso"+query)
}

func (s *stack) browse(c *http.Client, path string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	check(s.t, err)
	answer, err := c.Do(r)
	check(s.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(s.t, err)
	return string(body)
}

// holds checks the role of an operator.
func (s *stack) holds(name string, role idv.Role) {
	s.t.Helper()
	found, err := s.server.operators().Named(s.t.Context(), name)
	check(s.t, err)
	if found.Role != role {
		s.t.Errorf("%s is %s, want %s", name, found.Role, role)
	}
}
