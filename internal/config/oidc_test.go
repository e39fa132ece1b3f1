package config_test

import (
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/config"
)

// TestOIDCIsWholeOrNone: what is missing for the login at a provider is said, each
// thing by its name.
func TestOIDCIsWholeOrNone(t *testing.T) {
	t.Parallel()
	whole := map[string]string{
		"DOSSIER_OIDC_ISSUER": "https://id.example/realm/", "DOSSIER_OIDC_CLIENT_ID": "dossier", "DOSSIER_OIDC_CLIENT_SECRET": "s",
		"DOSSIER_OIDC_ROLES": "a b=viewer, c=administrator", "DOSSIER_PUBLIC_URL": "https://dossier.example",
	}
	load := func(change map[string]string) (*config.Config, error) {
		return config.LoadOffline("", func(name string) (string, bool) {
			if v, changed := change[name]; changed {
				return v, true
			}
			v, found := whole[name]
			return v, found
		})
	}
	c, err := load(nil)
	if err != nil || c.OIDC.Issuer != "https://id.example/realm/" || c.OIDC.Roles["a b"] != "viewer" || c.OIDC.Roles["c"] != "administrator" || c.OIDC.Tenant != "default" {
		t.Fatalf("%+v, %v", c, err)
	}
	for name, values := range map[string]map[string]string{
		"DOSSIER_OIDC_ISSUER is required":        {"DOSSIER_OIDC_ISSUER": ""},
		"DOSSIER_OIDC_ISSUER must be an https":   {"DOSSIER_OIDC_ISSUER": "http://id.example"},
		"DOSSIER_OIDC_CLIENT_ID is required":     {"DOSSIER_OIDC_CLIENT_ID": ""},
		"DOSSIER_OIDC_CLIENT_SECRET is required": {"DOSSIER_OIDC_CLIENT_SECRET": ""},
		"DOSSIER_OIDC_ROLES is required":         {"DOSSIER_OIDC_ROLES": ""},
		"DOSSIER_OIDC_ROLES must give viewer":    {"DOSSIER_OIDC_ROLES": "a=owner"},
		"DOSSIER_OIDC_ROLES must be of the form": {"DOSSIER_OIDC_ROLES": "a"},
		"DOSSIER_PUBLIC_URL is required":         {"DOSSIER_PUBLIC_URL": ""},
	} {
		if _, err := load(values); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v", values, err)
		}
	}
}
