package capture

import (
	"net/http"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/service"
)

// native gives the page in which the provider's own SDK takes the images.
func (p *pages) native(http.ResponseWriter, *http.Request, *service.CaptureView) error {
	return idv.Refuse(idv.CodeNotSupported, "the page with the provider's SDK is not there yet")
}
