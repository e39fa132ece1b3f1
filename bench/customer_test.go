package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-id/dossier/client"
)

// customer is who calls a server that runs on an empty folder beside a sandbox.
type customer struct {
	at  *process
	api *client.Client
	// bearer is the token of calls that are made by hand.
	bearer string
}

// newCustomer starts sandbox and server, without limits that a benchmark meets.
func newCustomer(b *testing.B, program string) *customer {
	b.Helper()
	data, addr := b.TempDir(), freeAddr(b)
	env := []string{
		"DOSSIER_PUBLIC_URL=http://" + addr, // Onfido says there when a check is complete.
		"DOSSIER_ONFIDO_URL=" + onfido(b, program), "DOSSIER_ONFIDO_REQUESTS_PER_MINUTE=600000", "DOSSIER_RATE_PER_CLIENT=6000000",
		"DOSSIER_RATE_PER_ADDRESS=6000000", "DOSSIER_UPLOADS=1000", "DOSSIER_WEBHOOK_ALLOW=127.0.0.1",
	}
	c := &customer{at: serve(b, program, data, addr, env...)}
	made := exec.CommandContext(b.Context(), program, "client", "create", "--name", "bench")
	made.Env = append([]string{"DOSSIER_DATA=" + data}, env...)
	said, err := made.Output()
	if err != nil {
		b.Fatalf("make a client: %v", err)
	}
	who := map[string]string{}
	for line := range strings.Lines(string(said)) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			who[name] = value
		}
	}
	c.api, err = client.New(client.Config{URL: c.at.url, TokenURL: c.at.url + "/oidc/token", ID: who["DOSSIER_CLIENT_ID"], Secret: who["DOSSIER_CLIENT_SECRET"], HTTPClient: caller()})
	if err != nil {
		b.Fatal(err)
	}
	c.login(b, who["DOSSIER_CLIENT_ID"], who["DOSSIER_CLIENT_SECRET"])
	return c
}

func (c *customer) login(b *testing.B, id, secret string) {
	b.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"signicat-api"}}
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, c.at.url+"/oidc/token", strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	request.SetBasicAuth(id, secret)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var given struct {
		Token string `json:"access_token"`
	}
	if err := do(request, &given); err != nil {
		b.Fatal(err)
	}
	c.bearer = "Bearer " + given.Token
}

// order is of a passport and a selfie.
func order() client.ProcessRequest {
	return client.ProcessRequest{
		Provider: "onfido", ProcessType: "documentSelfie", DocumentType: "passport",
		ProcessParameters: &client.ProcessParameters{Location: &client.Location{CountryOfResidence: "NLD"}},
	}
}

// pending makes a dossier with a process.
func (c *customer) pending(b *testing.B) client.Ref {
	b.Helper()
	d, err := c.api.CreateDossier(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	p, err := c.api.CreateProcess(b.Context(), d.DossierID, order())
	if err != nil {
		b.Fatal(err)
	}
	return client.Ref{DossierID: d.DossierID, ProcessID: p.ProcessID}
}

// accepted makes a process and verifies it.
func (c *customer) accepted(b *testing.B, front, selfie []byte) client.Ref {
	b.Helper()
	ref := c.pending(b)
	if err := c.api.SetImages(b.Context(), ref, client.Bytes("front", front), client.Bytes("selfie", selfie)); err != nil {
		b.Fatal(err)
	}
	if _, err := c.api.StartVerification(b.Context(), ref); err != nil {
		b.Fatal(err)
	}
	if _, err := c.api.WaitForResult(b.Context(), ref, nil); err != nil {
		b.Fatal(err)
	}
	return ref
}

// address is that of a process.
func (c *customer) address(ref client.Ref) string {
	return c.at.url + "/assure/dossiers/" + ref.DossierID + "/processes/" + ref.ProcessID
}

// call sends a request by hand.
func (c *customer) call(ctx context.Context, method, url string, body io.Reader) error {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", c.bearer)
	request.Header.Set("Content-Type", "application/json")
	return do(request, nil)
}

func exchange(ctx context.Context, method, url string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	return do(request, into)
}

// mostAtOnce is how many connections to one server are kept.
const mostAtOnce = 256

// caller is the client of every benchmark. The default one keeps two connections
// to a server and makes the others anew for each request, of which a benchmark
// with many customers then measures little else.
var caller = sync.OnceValue(func() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // It is one.
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, mostAtOnce
	return &http.Client{Transport: transport, Timeout: 2 * time.Minute}
})

// do sends a request and reads all of the answer, into something or nothing.
func do(request *http.Request, into any) error {
	answer, err := caller().Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
		return fmt.Errorf("%s %s: %s: %s", request.Method, request.URL.Path, answer.Status, text)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
