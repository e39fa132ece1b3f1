package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/archive"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"

	"github.com/dossier-id/dossier/internal/signing"
)

// The versions that a full result names in its manifest.
const (
	assureVersion   = "1.0.0"
	providerVersion = "v3.6"
)

type downloadAnswer struct {
	ContentType        string `header:"Content-Type"`
	ContentLength      string `header:"Content-Length"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               func(huma.Context)
}

func (a *api) registerDownload() {
	op := a.operation(toRead, http.MethodGet, "/assure/dossiers/{dossierId}/processes/{processId}/download", "downloadFullResult", "Download full result",
		withErrors(http.StatusConflict), withDetails("A signed zip of the result, the provider's raw reports and the images; the same bytes at each download. "+
			"`dossier verify-zip` checks it against the keys at /.well-known/jwks.json."))
	op.Responses = binaryResponse("The zip", "application/zip")
	huma.Register(a.huma, op, a.download)
}

func (a *api) download(ctx context.Context, in *ProcessPath) (*downloadAnswer, error) {
	made, err := a.results.Build(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return &downloadAnswer{
		ContentType: "application/zip", ContentLength: strconv.FormatInt(made.Size(), 10),
		ContentDisposition: `attachment; filename="` + in.ProcessID + `.zip"`,
		Body:               func(c huma.Context) { a.send(c, made.Write) },
	}, nil
}

// Results makes full results, for the API and for the console alike. It is safe
// for concurrent use.
type Results struct {
	service  *service.Service
	signers  func(ctx context.Context) (*signing.Ring, error)
	measured *archive.Memory
}

// NewResults makes a Results that signs with what signers gives.
func NewResults(s *service.Service, signers func(ctx context.Context) (*signing.Ring, error)) *Results {
	return &Results{service: s, signers: signers, measured: archive.NewMemory(rememberedResults)}
}

// Build gives the full result of a process whose check completed. Everything is
// measured first, so that what cannot be read is an error and not half a file.
func (r *Results) Build(ctx context.Context, k idv.ProcessKey) (*archive.Archive, error) {
	e, err := r.service.FullResult(ctx, k)
	if err != nil {
		return nil, err
	}
	source, err := sourceOf(e)
	if err != nil {
		return nil, err
	}
	keys, err := r.signers(ctx)
	if err != nil {
		return nil, err
	}
	return archive.Build(ctx, keys.At(e.UpdatedAt), source, r.measured)
}

func manifestOf(e *service.Evidence) archive.Manifest {
	return archive.Manifest{
		TenantID: e.TenantID, DossierID: e.DossierID, ProcessID: e.ID,
		Provider: e.Provider, ProcessType: string(e.Type), Status: string(e.Status),
		CreatedAt: e.CreatedAt.Truncate(time.Second), CompletedAt: e.UpdatedAt.Truncate(time.Second),
		Versions: archive.Versions{AssureAPI: assureVersion, ProviderAPI: providerVersion},
	}
}

// sourceOf is what a full result is made of, the files in their order.
func sourceOf(e *service.Evidence) (s archive.Source, err error) {
	var process bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&process, showProcess(e.View)); err != nil {
		return s, err
	}
	contents := []archive.Content{textContent("process.json", process.Bytes())}
	for _, kind := range []idv.ReportKind{idv.ReportDocument, idv.ReportFace} {
		for _, r := range e.Reports {
			if r.Kind == kind {
				contents = append(contents, textContent(string(kind)+".json", r.Raw))
			}
		}
	}
	page := &archive.Page{Process: process.Bytes(), Facts: factsOf(e)}
	for _, i := range e.Images {
		picture := imageContent("images/", e, i)
		contents = append(contents, picture)
		page.Pictures = append(page.Pictures, archive.Picture{
			Name: picture.Name, Caption: string(i.Depiction), MediaType: i.MediaType,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return e.Open(ctx, i) },
		})
	}
	if e.Video != nil {
		contents = append(contents, imageContent("video/", e, *e.Video))
	}
	return archive.Source{Manifest: manifestOf(e), Contents: contents, Page: page, Identity: identityOf(e, process.Bytes())}, nil
}

// factsOf gives what the page says beside the process: where it belongs, and
// what people decided.
func factsOf(e *service.Evidence) []archive.Fact {
	facts := []archive.Fact{{Name: "Dossier", Value: e.DossierID}}
	if r := e.Reviewed; r.Decided() {
		by := r.By
		if r.ConfirmedBy != "" {
			by += " and " + r.ConfirmedBy
		}
		facts = append(facts, archive.Fact{Name: "Decided by people", Value: string(r.Decision) + ", by " + by}, archive.Fact{Name: "Their reason", Value: r.Reason.Reveal()})
	}
	return facts
}

// identityOf is a hash of all that the bytes of a full result follow from. Images
// are known by their blobs, which are never written twice.
func identityOf(e *service.Evidence, process []byte) string {
	h := sha256.New()
	part := func(p []byte) { _, _ = fmt.Fprintf(h, "%d:%s", len(p), p) } // a hash takes everything
	for _, text := range []string{e.TenantID, e.DossierID, e.ID} {
		part([]byte(text))
	}
	part(process)
	for _, r := range e.Reports {
		part([]byte(r.Kind))
		part(r.Raw)
	}
	images := e.Images
	if e.Video != nil {
		images = append(slices.Clip(images), *e.Video)
	}
	for _, i := range images {
		part([]byte(i.Blob))
	}
	return string(h.Sum(nil))
}

func textContent(name string, text []byte) archive.Content {
	return archive.Content{Name: name, Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(text)
		return err
	}}
}

func imageContent(folder string, e *service.Evidence, i idv.Image) archive.Content {
	name := folder + string(i.Depiction) + "." + ending(i.MediaType)
	return archive.Content{Name: name, Write: func(ctx context.Context, w io.Writer) error {
		body, err := e.Open(ctx, i)
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		_, err = io.Copy(w, body)
		return err
	}}
}

// ending is how the name of a file of a media type ends.
func ending(mediaType string) string {
	known := map[string]string{idv.MediaJPEG: "jpg", idv.MediaPNG: "png", "video/mp4": "mp4", "video/webm": "webm", "video/quicktime": "mov"}
	return cmp.Or(known[strings.ToLower(mediaType)], "bin")
}

// jwks answers with the public keys by which full results are checked (RFC 7517).
func (a *api) jwks(w http.ResponseWriter, r *http.Request) {
	keys, err := a.Signers(r.Context())
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	set, err := signing.KeySet(keys.Public()...)
	if err != nil {
		problemOf(r.Context(), a.Log, r.Method, r.URL.Path, err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(set)
}
