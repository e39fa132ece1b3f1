package capture

import (
	"fmt"
	"image/color"
	"net/http"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// qrCode draws the link of a flow for a phone to read. The phone says by the
// fragment that it was handed the flow.
func (p *pages) qrCode(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.Service.OpenCapture(r.Context(), secretOf(r)); err != nil {
		return err
	}
	code, err := qr.Encode(p.PublicURL+Links+secretOf(r).Reveal()+phoneMark, qr.M, qr.Unicode)
	if err != nil {
		return fmt.Errorf("draw the QR code: %w", err)
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write([]byte(drawn(code)))
	return nil
}

// phoneMark is the fragment of the address that a phone reads off a desktop.
const phoneMark = "#phone"

// drawn gives a code as one path of unit squares, with the quiet zone of four
// modules that ISO/IEC 18004 asks for.
func drawn(code barcode.Barcode) string {
	const quiet = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == uint32(color.Black.Y) {
				_, _ = fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := size + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		side, side, side, side, path.String())
}
