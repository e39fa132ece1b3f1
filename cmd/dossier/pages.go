package main

import (
	"cmp"
	"fmt"
	"net/http"

	"github.com/dossier-id/dossier/internal/capture"
	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/service"
	"github.com/dossier-id/dossier/internal/vision"
)

// pagesURL is the address under which browsers reach the server.
func pagesURL(c *config.Config) string { return cmp.Or(c.PublicURL, "http://"+c.Addr) }

// onfidoURL is where browsers reach Onfido's API.
func onfidoURL(c *config.Config) string {
	return cmp.Or(c.Onfido.URL, "https://api."+c.Onfido.Region+".onfido.com")
}

// withPages answers with the end-user's pages where their links lead, and with the
// API elsewhere.
func (s *server) withPages(c *config.Config, use *service.Service, texts *capture.Texts, api http.Handler) (http.Handler, error) {
	faces, err := vision.NewFaceCounter()
	if err != nil {
		return nil, fmt.Errorf("set up the capture pages: %w", err)
	}
	pages, err := capture.New(capture.Config{
		Service: use, Texts: texts, Faces: faces.Count, Log: s.log, Now: s.db.Now, PublicURL: pagesURL(c),
		Limits: capture.Limits{PerLink: c.Wire.PerLink, PerAddress: c.Wire.PagesPerAddress}, Peers: peers(c),
		Native: capture.Native{
			SDK: c.Onfido.SDKURL, Style: c.Onfido.SDKStyle, API: onfidoURL(c), Motion: c.Onfido.Video == "motion",
		},
	})
	if err != nil {
		return nil, fmt.Errorf("set up the capture pages: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle(capture.Root, pages)
	mux.Handle("/", api)
	return mux, nil
}
