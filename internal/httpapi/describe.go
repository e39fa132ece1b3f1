package httpapi

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/auth"
)

const bearerScheme = "token"

// description is the frame of the OpenAPI document.
func description(registry huma.Registry, version string) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Dossier: the Assure API", Version: version,
			Description: "Self-hosted identity verification. A dossier belongs to one end-user; a process in it verifies a document, with a selfie or a video.",
			License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{bearerScheme: {
				Type: "oauth2", Flows: &huma.OAuthFlows{ClientCredentials: &huma.OAuthFlow{
					TokenURL: tokenPath,
					Scopes:   scopeMeanings(),
				}},
			}},
		},
	}
}

func scopeMeanings() map[string]string {
	meanings := map[string]string{}
	for _, s := range auth.Scopes() {
		meanings[s] = auth.ScopeMeaning(s)
	}
	return meanings
}

// demand is the scopes of which a token needs one for an operation.
type demand []string

func (d demand) security() (alternatives []map[string][]string) {
	for _, scope := range d {
		alternatives = append(alternatives, map[string][]string{bearerScheme: {scope}})
	}
	return alternatives
}

// The demands of the routes.
var (
	toRead      = demand{auth.ScopeRead}
	toUpload    = demand{auth.ScopeUpload}
	toStart     = demand{auth.ScopeStart}
	toDelete    = demand{auth.ScopeDelete}
	toCapture   = demand{auth.ScopeCapture}
	toConfigure = demand{auth.ScopeConfigure}
	toOperate   = demand{auth.ScopeOperate}
	// toSetUp is for looking at what is configured.
	toSetUp = demand{auth.ScopeConfigure, auth.ScopeOperate}
	// toOrder is for looking up what can be uploaded.
	toOrder = demand{auth.ScopeRead, auth.ScopeUpload}
)

// option changes an operation's description.
type option func(*huma.Operation)

func withStatus(status int) option {
	return func(o *huma.Operation) { o.DefaultStatus = status }
}

// withoutBody is for a POST that reads no body.
func withoutBody() option {
	return withoutErrors(http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
}

// withoutErrors is for what an operation of its kind mostly answers and this does not.
func withoutErrors(statuses ...int) option {
	return func(o *huma.Operation) {
		o.Errors = slices.DeleteFunc(o.Errors, func(status int) bool { return slices.Contains(statuses, status) })
	}
}

func withErrors(statuses ...int) option {
	return func(o *huma.Operation) { o.Errors = append(o.Errors, statuses...) }
}

// operation describes what all operations under /assure share: the token, the
// errors, and the idempotency key of a POST. A test makes each answer that is
// described here happen.
func (a *api) operation(needs demand, method, path, id, summary string, options ...option) huma.Operation {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary,
		Security: needs.security(),
		Errors:   []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable},
	}
	if strings.Contains(path, "{") {
		op.Errors = append(op.Errors, http.StatusNotFound)
	}
	if method == http.MethodPost {
		op.Errors = append(op.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
		op.Parameters = []*huma.Param{{
			Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MinLength: new(1), MaxLength: new(maxIdempotencyKey)},
			Description: "A word of the client's choice; the same word with the same request gives the same answer and does nothing twice.",
		}}
	}
	if method == http.MethodPost || method == http.MethodPut {
		op.Errors = append(op.Errors, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, set := range options {
		set(&op)
	}
	slices.Sort(op.Errors)
	op.Errors = slices.Compact(op.Errors)
	return op
}

// imagesBody describes the two forms in which images are taken.
func (a *api) imagesBody() *huma.RequestBody {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Images](), true, "Images")},
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
			"front": binary, "back": binary, "selfie": binary,
		}}},
	}}
}

// imageBody describes the three forms in which a single image is taken.
func imageBody() *huma.RequestBody {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{anyPart},
			Properties: map[string]*huma.Schema{anyPart: {Type: huma.TypeString, Description: "data:image/jpeg;base64,… or data:image/png;base64,…"}},
		}},
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{anyPart: binary}}},
		"image/jpeg":          {Schema: binary}, "image/png": {Schema: binary},
	}}
}

// imageResponses describes the bytes of an image and its JSON form.
func imageResponses() map[string]*huma.Response {
	binary := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	return map[string]*huma.Response{strconv.Itoa(http.StatusOK): {
		Description: "The image, or a data URL of it",
		Content: map[string]*huma.MediaType{
			"image/jpeg": binary, "image/png": binary,
			"application/json": {Schema: &huma.Schema{
				Type: huma.TypeObject, Properties: map[string]*huma.Schema{"image": {Type: huma.TypeString}}, Required: []string{"image"},
			}},
		},
	}}
}

// binaryResponse describes bytes of one of the media types.
func binaryResponse(description string, mediaTypes ...string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, mediaType := range mediaTypes {
		content[mediaType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return map[string]*huma.Response{strconv.Itoa(http.StatusOK): {Description: description, Content: content}}
}

// withDetails says more of an operation than its summary.
func withDetails(text string) option {
	return func(o *huma.Operation) { o.Description = text }
}

// describeToken documents the token endpoint, which speaks forms, not JSON.
func (a *api) describeToken() {
	str := &huma.Schema{Type: huma.TypeString}
	form := &huma.Schema{Type: huma.TypeObject, Required: []string{"grant_type"}, Properties: map[string]*huma.Schema{
		"grant_type": {Type: huma.TypeString, Enum: []any{"client_credentials"}},
		"scope":      str, "client_id": str, "client_secret": str,
	}}
	granted := &huma.Schema{Type: huma.TypeObject, Required: []string{"access_token", "token_type", "expires_in", "scope"}, Properties: map[string]*huma.Schema{
		"access_token": str, "token_type": str, "expires_in": {Type: huma.TypeInteger}, "scope": str,
	}}
	refused := &huma.Response{Description: "RFC 6749 section 5.2", Content: map[string]*huma.MediaType{"application/json": {
		Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"error"}, Properties: map[string]*huma.Schema{"error": str, "error_description": str}},
	}}}
	for path, id := range maps.All(map[string]string{tokenPath: "getToken", oldTokenPath: "getTokenOldAddress"}) {
		a.huma.OpenAPI().AddOperation(&huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, Summary: "Get an access token by client credentials",
			Description: "The client authenticates with HTTP Basic or with client_id and client_secret in the form.",
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/x-www-form-urlencoded": {Schema: form}}},
			Responses: map[string]*huma.Response{
				"200": {Description: "The token", Content: map[string]*huma.MediaType{"application/json": {Schema: granted}}},
				"400": refused, "401": refused,
				"429": a.problemResponse("Too many requests, or too many that were refused"), "503": a.problemResponse("Not now"),
			},
		})
	}
}

// problemResponse describes a problem where huma does not.
func (a *api) problemResponse(description string) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/problem+json": {
		Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem"),
	}}}
}

// honest takes away what huma adds to every operation: validation is 400 here,
// and 422 is for the Idempotency-Key of a POST alone.
func honest(doc *huma.OpenAPI) {
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Put, path.Delete} {
			if op != nil {
				delete(op.Responses, strconv.Itoa(http.StatusUnprocessableEntity))
			}
		}
	}
}
