package client_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

func TestProblemReadsWell(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status     int
		body, want string
	}{
		"full": {
			400, `{"status":400,"type":"base:client-problem","title":"Bad Request","detail":"images are missing","code":"images_missing",
			"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","invalidParams":[{"name":"back","reason":"is missing"},{"name":"selfie","reason":"is missing"}]}`,
			"getting the process: Bad Request: images are missing (back is missing; selfie is missing) [400 images_missing, trace 4bf92f3577b34da6a3ce929d0e0e4736]",
		},
		"short":             {404, `{"title":"Not Found","detail":"there is no such process"}`, "getting the process: Not Found: there is no such process [404]"},
		"no problem at all": {502, `<html>`, "getting the process: Bad Gateway [502]"},
		"half a problem":    {400, `{"title":"x","detail":7}`, "getting the process: Bad Request [400]"},
		"no known status":   {599, ``, "getting the process: refused [599]"},
		"hostile":           {400, `{"title":"Bad\u001b[2J\nRequest"}`, "getting the process: Bad [2J Request [400]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := dial(t, s.config()).GetProcess(t.Context(), client.Ref{DossierID: "d", ProcessID: "p"})
			p, ok := errors.AsType[*client.Problem](err)
			if !ok || p.Status != tt.status || p.RetryAfter != 7*time.Second || p.Temporary() != (tt.status >= 500) {
				t.Errorf("got %#v", err)
			}
			if err.Error() != tt.want {
				t.Errorf("\ngot  %s\nwant %s", err, tt.want)
			}
		})
	}
}
