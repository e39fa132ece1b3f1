package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// DocumentType is a kind of document that the provider takes (Assure contract
// section 7).
type DocumentType struct {
	Country     string `json:"country" doc:"Who issues it, ISO 3166-1 alpha-3."`
	CountryName string `json:"countryName" doc:"In English."`
	Type        string `json:"type" doc:"An Assure document type."`
	Sides       int    `json:"sides" enum:"1,2" doc:"How many images a direct upload needs."`
	// The last three are ours.
	BackRequired     bool     `json:"backRequired" doc:"[ours] At least one edition of it is not verified without its back."`
	ExtraLicenceData bool     `json:"extraDrivingLicenseData" doc:"[ours] requestExtraDataFromDrivingLicense gives data for it."`
	Regions          []string `json:"extraDrivingLicenseDataRegions,omitempty" doc:"[ours] Only for licences of these parts of the country; all when absent."`
}

type documentTypesRequest struct {
	Country     string `query:"country" doc:"Only those of this country, ISO 3166-1 alpha-3."`
	Type        string `query:"type" doc:"Only those of this Assure document type."`
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an earlier answer."`
}

type documentTypesAnswer struct {
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag" doc:"Changes with the list."`
	CacheControl string `header:"Cache-Control"`
	Body         func(huma.Context)
}

// registerDocumentTypes serves the list of each provider at a path of its own: a
// pattern for any provider would meet that of a dossier.
func (a *api) registerDocumentTypes() {
	op := a.operation(toOrder, http.MethodGet, "/assure/"+idv.ProviderOnfido+"/document-types", "getDocumentTypes", "Get document types",
		withDetails("What Onfido's own software lets an end-user choose. Onfido may take more, and an account may be set to take less."))
	list := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[DocumentType](), true, "DocumentType")
	header := map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: huma.TypeString}, Description: "Changes with the list."}}
	op.Responses = map[string]*huma.Response{
		"200": {Description: "The list, by country and then by type", Headers: header, Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: huma.TypeArray, Items: list}},
		}},
		"304": {Description: "The list is as the client has it", Headers: header},
	}
	huma.Register(a.huma, op, a.getDocumentTypes)
}

func (a *api) getDocumentTypes(_ context.Context, in *documentTypesRequest) (*documentTypesAnswer, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	forms, err := a.Service.DocumentForms(idv.ProviderOnfido)
	if err != nil {
		return nil, err
	}
	list := []DocumentType{}
	for _, f := range forms {
		if (in.Country == "" || in.Country == f.Country) && (in.Type == "" || in.Type == string(f.Type)) {
			list = append(list, DocumentType{f.Country, f.CountryName, string(f.Type), f.Type.Sides(), f.BackRequired, f.ExtraLicenceData, f.Regions})
		}
	}
	var body bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&body, list); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	return &documentTypesAnswer{ContentType: "application/json", ETag: tag, CacheControl: "private, no-cache", Body: func(c huma.Context) {
		if matches(in.IfNoneMatch, tag) {
			c.SetStatus(http.StatusNotModified)
			return
		}
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(body.Bytes())
	}}, nil
}

func (in *documentTypesRequest) check() error {
	var faults []idv.InvalidParam
	if in.Country != "" && !idv.IsCountry(in.Country) {
		faults = append(faults, idv.InvalidParam{Name: "country", Reason: "must be an ISO 3166-1 alpha-3 code"})
	}
	if in.Type != "" && !idv.DocumentType(in.Type).Known() {
		faults = append(faults, idv.InvalidParam{Name: "type", Reason: "is not a document type that Assure knows"})
	}
	if len(faults) > 0 {
		return idv.Refuse(idv.CodeInvalid, "the request is not valid", faults...)
	}
	return nil
}

// matches compares an If-None-Match header with a tag (RFC 9110 section 13.1.2).
func matches(header, tag string) bool {
	for have := range strings.SplitSeq(header, ",") {
		have = strings.TrimSpace(have)
		if have == "*" || strings.TrimPrefix(have, "W/") == tag {
			return true
		}
	}
	return false
}
