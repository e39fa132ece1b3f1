package obs_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/obs"
)

func TestLogger(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"text": "level=WARN msg=hello name=[redacted]", "json": `"level":"WARN","msg":"hello","name":"[redacted]"`} {
		var out bytes.Buffer
		log, err := obs.Logger(&out, format, "warn")
		if err != nil {
			t.Fatal(err)
		}
		log.Info("unheard")
		log.Warn("hello", "name", idv.Personal("Anna"))
		if !strings.Contains(out.String(), want) || strings.Contains(out.String(), "unheard") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
	for _, c := range [][2]string{{"xml", "info"}, {"json", "loud"}} {
		if _, err := obs.Logger(&bytes.Buffer{}, c[0], c[1]); err == nil {
			t.Errorf("a logger of %v", c)
		}
	}
}
