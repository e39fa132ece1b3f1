package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/client"
)

// TestBrokenRequests: what does not arrive whole, or not in the form that it
// announces, is the client's fault and never a 500.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		images := pathOf(s.pendingProcess(passportOrder(), client.UserData{})) + "/images"
		for name, c := range map[string]struct{ path, headers, body string }{
			"no boundary":            {images, "Content-Type: multipart/form-data\r\nContent-Length: 1\r\n", "x"},
			"a part without a colon": {images, "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 20\r\n", "--b\r\ngarbage\r\n\r\nxx\r\n"},
			"broken chunks, JSON":    {images, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "zz\r\n"},
			"broken chunks, parts":   {images, "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n", "zz\r\n"},
			"broken chunks, dossier": {"/assure/dossiers", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "zz\r\n"},
			"cut short, JSON":        {images, "Content-Type: application/json\r\nContent-Length: 500\r\n", `{"front":"data:image/jpeg;base64,`},
			"cut short, parts":       {images, "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 500\r\n", "--b\r\n"},
			"cut short, dossier":     {"/assure/dossiers", "Content-Type: application/json\r\nContent-Length: 500\r\n", `{"external`},
		} {
			got := s.raw("POST " + c.path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + s.token() + "\r\n" + c.headers + "\r\n" + c.body)
			if got.status != 400 {
				s.t.Errorf("%s: %d %s", name, got.status, got.body)
			}
			if strings.Contains(string(got.body), "garbage") {
				s.t.Errorf("%s: the problem repeats what was sent: %s", name, got.body)
			}
		}
	})
}

// raw sends bytes and closes its side, as a connection that breaks off does.
func (s *stack) raw(request string) reply {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	check(s.t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	check(s.t, err)
	check(s.t, conn.(*net.TCPConn).CloseWrite())
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	check(s.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(s.t, err)
	return reply{answer.StatusCode, answer.Header, body}
}

// TestLargeBodiesAreAnswered: a client that sends 40 MB gets to see the status,
// whatever it is, instead of a broken connection.
func TestLargeBodiesAreAnswered(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(s *stack) {
		ref, token := s.pendingProcess(passportOrder(), client.UserData{}), s.token()
		large := strings.Repeat("A", 40<<20)
		for path, want := range map[string]int{
			"/assure/dossiers": 413,
			"/assure/dossiers/" + ref.DossierID + "/userdata": 413,
			pathOf(ref) + "/images":                           413,
			"/assure/unicorns":                                404,
			"/auth/open/connect/token":                        400,
		} {
			if got := s.call(token, http.MethodPost, path, large); got.status != want {
				s.t.Errorf("%s: %d, want %d", path, got.status, want)
			}
		}
		if got := s.call("forged", http.MethodPost, pathOf(ref)+"/images", large); got.status != 401 {
			s.t.Errorf("with a forged token: %d", got.status)
		}
	})
}

func TestAcceptLists(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		path, token := pathOf(s.pendingProcess(passportOrder(), client.UserData{}, "front"))+"/images/front", s.token()
		for accept, want := range map[string]string{
			"": "image/jpeg", "*/*": "image/jpeg", "image/jpeg": "image/jpeg", "application/json;q=0": "image/jpeg",
			"image/*, application/json;q=0.5": "image/jpeg", "application/json": "application/json",
			"application/json, text/plain, */*": "application/json", "application/json,application/problem+json": "application/json",
		} {
			if got := s.call(token, http.MethodGet, path, "", "Accept", accept).header.Get("Content-Type"); got != want {
				s.t.Errorf("Accept %q gives %s, want %s", accept, got, want)
			}
		}
	})
}

func TestAPassportHasNoBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		ref := s.pendingProcess(passportOrder(), client.UserData{})
		s.wantRefusal(s.call(s.token(), http.MethodPost, pathOf(ref)+"/images", `{"back":"`+dataURL(specimenFile(s.t, "back"))+`"}`), 400, "invalid_request", "back")
		s.wantNoBlobs()
	})
}

// TestDeletedWhileInDoubt: the person is deleted at Onfido although nobody knew
// yet that Onfido knew them.
func TestDeletedWhileInDoubt(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		s.steer(http.MethodPut, "/sandbox/faults", `{"faults":[{"kind":"status","status":500,"times":1,"method":"POST","path":"/applicants","effect":true}]}`)
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Zoe", LastName: "Orphan"}, "front", "selfie")
		if got := s.call(s.token(), http.MethodPost, pathOf(ref), ""); got.status != 202 {
			s.t.Fatalf("start: %d %s", got.status, got.body)
		}
		applicant := s.onlyApplicant()
		check(s.t, s.api.DeleteDossier(s.t.Context(), ref.DossierID))
		s.eventually("the applicant is deleted at the provider", func() bool {
			return s.atSandbox("/applicants/"+applicant).status == http.StatusGone
		})
	})
}

// TestPanicsAreSeen: a command that panics must not look like one that worked.
func TestPanicsAreSeen(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	run(world{ctx: t.Context(), out: panicking{}, err: io.Discard, lookup: func(string) (string, bool) { return "", false }}, []string{"version"})
}

type panicking struct{}

// Write panics.
func (panicking) Write([]byte) (int, error) { panic("a fault of ours") }
