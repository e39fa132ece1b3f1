package main

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dossier-id/dossier/internal/sandbox"
)

// TestDocsPage: the page names every operation and schema of api/assure.yaml,
// its links lead somewhere, its style is the one that the policy allows, and it
// reaches out to nobody.
func TestDocsPage(t *testing.T) {
	t.Parallel()
	s := newStack(t, "sqlite:"+filepath.Join(t.TempDir(), "dossier.db"), sandbox.Options{})
	got := s.call("", http.MethodGet, "/docs", "")
	if got.status != 200 || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", got.status, got.header.Get("Content-Type"))
	}
	page := string(got.body)
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/assure.yaml")
	check(t, err)
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !strings.Contains(page, `<section id="`+op.OperationID+`">`) || !strings.Contains(page, "<code>"+path+"</code>") {
				t.Errorf("the page lacks %s", op.OperationID)
			}
		}
	}
	for name := range doc.Components.Schemas {
		if !strings.Contains(page, `<section id="schema-`+name+`">`) {
			t.Errorf("the page lacks the schema %s", name)
		}
	}
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		target, inside := strings.CutPrefix(link[1], "#")
		if inside && !strings.Contains(page, `id="`+target+`"`) || !inside && link[1] != "openapi.yaml" {
			t.Errorf("the link %s leads nowhere", link[1])
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)
	sum := sha256.Sum256([]byte(style[1]))
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy %s does not allow the style of the page", policy)
	}
	if regexp.MustCompile(`(?i)<script|https?://|src=`).MatchString(page) {
		t.Error("the page has a script or reaches out")
	}
}
