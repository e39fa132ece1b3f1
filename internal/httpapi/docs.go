package httpapi

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

var (
	//go:embed docs.html
	docsText string
	//go:embed docs.css
	docsStyle string
)

var docsTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("docs").Parse(docsText))
})

// The page of the API, as its template reads it.
type (
	docsPage struct {
		Title, Version, Description string
		Style                       template.CSS
		Operations                  []docsOperation
		Schemas                     []docsSchema
	}
	docsOperation struct {
		ID, Method, Path, Summary, Description string
		Parameters                             []docsMember
		Bodies                                 []docsBody
		Answers                                []docsAnswer
	}
	docsMember struct {
		Name, In, Doc string
		Required      bool
		Type          docsType
	}
	docsBody struct {
		MediaType string
		Type      docsType
	}
	docsAnswer struct {
		Status, Doc string
		Bodies      []docsBody
	}
	docsSchema struct {
		Name    string
		Members []docsMember
	}
	// docsType is a word, or a link to a schema, with what stands before it.
	docsType struct{ Prefix, Schema, Word string }
)

// docs serves the description of the API as a page without scripts that fetches
// nothing. It is made of what openapi.yaml is made of.
func (a *api) docs(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(docsStyle))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := docsTemplate().Execute(w, pageOf(a.huma.OpenAPI())); err != nil {
		a.Log.WarnContext(r.Context(), "the page of the API was not sent whole", "trace", traceID(r.Context()), "error", err)
	}
}

func pageOf(doc *huma.OpenAPI) docsPage {
	page := docsPage{Title: doc.Info.Title, Version: doc.Info.Version, Description: doc.Info.Description}
	page.Style = template.CSS(docsStyle) // #nosec G203 -- our own file
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Post, item.Get, item.Put, item.Delete} {
			if op != nil {
				page.Operations = append(page.Operations, operationOf(op))
			}
		}
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, docsSchema{name, membersOf(schemas[name])})
	}
	return page
}

func operationOf(op *huma.Operation) docsOperation {
	out := docsOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Description: op.Description}
	for _, p := range op.Parameters {
		out.Parameters = append(out.Parameters, docsMember{p.Name, p.In, cmp.Or(p.Description, p.Schema.Description), p.Required, typeOf(p.Schema)})
	}
	if op.RequestBody != nil {
		out.Bodies = bodiesOf(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		out.Answers = append(out.Answers, docsAnswer{status, answer.Description, bodiesOf(answer.Content)})
	}
	return out
}

func bodiesOf(content map[string]*huma.MediaType) (bodies []docsBody) {
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		bodies = append(bodies, docsBody{mediaType, typeOf(content[mediaType].Schema)})
	}
	return bodies
}

func membersOf(s *huma.Schema) (members []docsMember) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		members = append(members, docsMember{Name: name, Doc: p.Description, Required: slices.Contains(s.Required, name), Type: typeOf(p)})
	}
	return members
}

func typeOf(s *huma.Schema) docsType {
	switch {
	case s == nil:
		return docsType{Word: "any"}
	case s.Ref != "":
		return docsType{Schema: s.Ref[strings.LastIndex(s.Ref, "/")+1:]}
	case s.Type == huma.TypeArray:
		of := typeOf(s.Items)
		of.Prefix = "list of " + of.Prefix
		return of
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			words[i] = fmt.Sprint(v)
		}
		return docsType{Word: strings.Join(words, " | ")}
	case s.Type == huma.TypeObject && len(s.Properties) > 0:
		return docsType{Word: "object of " + strings.Join(slices.Sorted(maps.Keys(s.Properties)), ", ")}
	}
	return docsType{Word: strings.TrimSpace(cmp.Or(s.Type, "any") + " " + s.Format)}
}
