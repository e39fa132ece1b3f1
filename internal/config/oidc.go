package config

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// OIDC is the company's own OpenID Connect provider, at which operators log in.
type OIDC struct {
	// Issuer is its address: DOSSIER_OIDC_ISSUER; empty for none.
	Issuer string
	// ClientID and ClientSecret are what it knows this server by:
	// DOSSIER_OIDC_CLIENT_ID, DOSSIER_OIDC_CLIENT_SECRET.
	ClientID     string
	ClientSecret Secret
	// Scopes are asked for beside openid: DOSSIER_OIDC_SCOPES, default profile,email.
	Scopes []string
	// NameClaim and RoleClaim name the claims of a person's name and groups:
	// DOSSIER_OIDC_NAME_CLAIM, default preferred_username, and
	// DOSSIER_OIDC_ROLE_CLAIM, default groups.
	NameClaim, RoleClaim string
	// Roles gives groups their roles: DOSSIER_OIDC_ROLES, GROUP=ROLE,… .
	Roles map[string]string
	// Tenant is whose operators they are: DOSSIER_OIDC_TENANT, default default.
	Tenant string
}

// faults says what is missing or meaningless.
func (o *OIDC) faults(publicURL string) (faults []error) {
	given := o.ClientID != "" || o.ClientSecret != "" || len(o.Roles) > 0
	switch {
	case o.Issuer == "" && given:
		return []error{errors.New("DOSSIER_OIDC_ISSUER is required with the other DOSSIER_OIDC_ settings")}
	case o.Issuer == "":
		return nil
	}
	for _, need := range []struct {
		missing bool
		text    string
	}{
		{o.ClientID == "", "DOSSIER_OIDC_CLIENT_ID is required with DOSSIER_OIDC_ISSUER"},
		{o.ClientSecret == "", "DOSSIER_OIDC_CLIENT_SECRET is required with DOSSIER_OIDC_ISSUER"},
		{len(o.Roles) == 0, "DOSSIER_OIDC_ROLES is required with DOSSIER_OIDC_ISSUER: nobody could do anything without a role"},
		{publicURL == "", "DOSSIER_PUBLIC_URL is required with DOSSIER_OIDC_ISSUER: it is where the provider sends browsers back to"},
		{o.NameClaim == "" || o.RoleClaim == "", "DOSSIER_OIDC_NAME_CLAIM and DOSSIER_OIDC_ROLE_CLAIM must not be empty"},
	} {
		if need.missing {
			faults = append(faults, errors.New(need.text))
		}
	}
	for _, group := range slices.Sorted(maps.Keys(o.Roles)) {
		if !slices.Contains([]string{"viewer", "reviewer", "administrator"}, o.Roles[group]) {
			faults = append(faults, errors.New("DOSSIER_OIDC_ROLES must give viewer, reviewer or administrator to each group"))
		}
	}
	return faults
}

// issuer takes an address as it is written: the provider's own document must
// repeat it, with or without a slash at its end. Plain http is for this machine
// only, as secrets and tokens pass.
func issuer(to *string) func(string) error {
	return func(v string) error {
		*to = v
		u, err := url.Parse(v)
		local := err == nil && u.Scheme == "http" && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
		if v != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !local || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
			return errors.New("must be an https address")
		}
		return nil
	}
}

// pairs reads NAME=VALUE,… .
func pairs(to *map[string]string) func(string) error {
	return func(v string) error {
		*to = map[string]string{}
		if v == "" {
			return nil
		}
		for pair := range strings.SplitSeq(v, ",") {
			name, value, found := strings.Cut(strings.TrimSpace(pair), "=")
			if !found || name == "" || value == "" || (*to)[name] != "" {
				return errors.New("must be of the form NAME=VALUE,NAME=VALUE, each name once")
			}
			(*to)[name] = value
		}
		return nil
	}
}
