package panel

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	cookieName = "dossier_sandbox"
	loginLife  = 12 * time.Hour
	maxForm    = 1 << 20 // bytes of a form
)

// admit lets only who is logged in through; everybody else is sent to the login.
func (p *panel) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(cookieName)
		if err != nil || !p.valid(c.Value) {
			http.Redirect(w, r, Below+"login", http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// seal is a login that ends then: the second, and our signature over it.
func (p *panel) seal(end time.Time) string {
	second := strconv.FormatInt(end.Unix(), 10)
	mac := hmac.New(sha256.New, p.Key)
	_, _ = mac.Write([]byte(second)) // A hash takes everything.
	return second + "." + hex.EncodeToString(mac.Sum(nil))
}

func (p *panel) valid(login string) bool {
	second, _, _ := strings.Cut(login, ".")
	n, err := strconv.ParseInt(second, 10, 64)
	if err != nil || !p.Now().Before(time.Unix(n, 0)) {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(login), []byte(p.seal(time.Unix(n, 0)))) == 1
}

func (p *panel) loginPage(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "login", frame{Title: "Log in", Bare: true})
}

// login takes the API token.
func (p *panel) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	token := strings.TrimSpace(r.PostFormValue("token"))
	if subtle.ConstantTimeCompare([]byte(token), []byte(p.Token)) != 1 {
		p.show(w, r, http.StatusForbidden, "login", frame{
			Title: "Log in", Bare: true, Problem: "That is not the token of this sandbox. It is printed at the start, as SANDBOX_TOKEN in the env file.",
		})
		return
	}
	end := p.Now().Add(loginLife)
	p.setCookie(w, r, p.seal(end), int(loginLife.Seconds()))
	http.Redirect(w, r, Root, http.StatusSeeOther)
}

func (p *panel) setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure with TLS: the sandbox is served without it on one's own machine
		Name: cookieName, Value: value, Path: Root, MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

func (p *panel) logout(w http.ResponseWriter, r *http.Request) (string, error) {
	p.setCookie(w, r, "", -1)
	return Below + "login", nil
}
