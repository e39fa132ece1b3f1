package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// DocumentType is a kind of document that a provider takes (Assure contract
// section 7).
type DocumentType struct {
	Country     string `json:"country"` // ISO 3166-1 alpha-3
	CountryName string `json:"countryName"`
	Type        string `json:"type"`
	// Sides is 1 or 2; BackRequired says whether a two-sided one needs its back.
	Sides        int  `json:"sides"`
	BackRequired bool `json:"backRequired"`
	// ExtraDrivingLicenseData says that requestExtraDataFromDrivingLicense brings
	// something, of the regions if there are any and otherwise of all.
	ExtraDrivingLicenseData        bool     `json:"extraDrivingLicenseData"`
	ExtraDrivingLicenseDataRegions []string `json:"extraDrivingLicenseDataRegions"`
}

// DocumentTypeFilter narrows a list; empty fields do not.
type DocumentTypeFilter struct {
	Country, Type string
	// Known is the ETag of a list that the caller has.
	Known string
}

// DocumentTypeList is a list and its ETag. Unchanged says that it is the one that
// the caller has, which is not sent again.
type DocumentTypeList struct {
	Types     []DocumentType
	ETag      string
	Unchanged bool
}

// DocumentTypes lists the documents that onfido takes.
func (c *Client) DocumentTypes(ctx context.Context, f DocumentTypeFilter) (*DocumentTypeList, error) {
	resp, err := c.do(ctx, call{
		method: http.MethodGet, path: "/onfido/document-types", known: f.Known, query: given(map[string]string{"country": f.Country, "type": f.Type}),
	})
	if err != nil {
		return nil, fmt.Errorf("listing the document types: %w", err)
	}
	defer resp.Body.Close()
	list := &DocumentTypeList{ETag: resp.Header.Get("ETag"), Unchanged: resp.StatusCode == http.StatusNotModified}
	if list.Unchanged {
		return list, nil
	}
	if err := decode(resp.Body, &list.Types); err != nil {
		return nil, fmt.Errorf("listing the document types: %w", err)
	}
	return list, nil
}

// given makes a query of the values that are not empty.
func given(values map[string]string) url.Values {
	q := url.Values{}
	for name, value := range values {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}
