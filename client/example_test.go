package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/dossier-id/dossier/client"
)

// play is a server that knows one verification, which ends at the second look.
func play() *httptest.Server {
	answers := http.NewServeMux()
	say := func(pattern string, status int, body string) {
		answers.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	say("POST /auth/open/connect/token", 200, `{"access_token":"t","expires_in":600}`)
	say("POST /assure/dossiers", 201, `{"dossierId":"d1"}`)
	say("POST /assure/dossiers/d1/processes", 201, `{"processId":"p1","status":"pending"}`)
	say("PUT /assure/dossiers/d1/processes/p1/images", 204, "")
	say("POST /assure/dossiers/d1/processes/p1", 202, `{"processId":"p1","status":"processing"}`)
	say("GET /assure/dossiers/d1/processes/p1/download", 200, "PK")
	say("GET /events", 200, `{"events":[{"eventName":"process.complete","eventData":{"status":"accepted"}}],"cursor":"c1"}`)
	looks := 0
	answers.HandleFunc("GET /assure/dossiers/d1/processes/p1", func(w http.ResponseWriter, _ *http.Request) {
		if looks++; looks == 1 {
			_, _ = io.WriteString(w, `{"processId":"p1","status":"processing"}`)
			return
		}
		_, _ = io.WriteString(w, `{"processId":"p1","status":"accepted","finalResult":{"firstName":"Anna","lastName":"Specimen"}}`)
	})
	answers.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { problem(w, 404, "not_found", "there is no such thing") })
	return httptest.NewServer(answers)
}

// A verification from the dossier to the result.
func Example() {
	server := play()
	defer server.Close()
	ctx := context.Background()
	api, err := client.New(client.Config{URL: server.URL, ID: "id", Secret: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	dossier, err := api.CreateDossier(ctx, "customer-17")
	if err != nil {
		fmt.Println(err)
		return
	}
	process, err := api.CreateProcess(ctx, dossier.DossierID, client.ProcessRequest{
		Provider: "onfido", ProcessType: "documentSelfie", DocumentType: "passport",
		ProcessParameters: &client.ProcessParameters{Location: &client.Location{CountryOfResidence: "NLD"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ref := client.Ref{DossierID: dossier.DossierID, ProcessID: process.ProcessID}
	pictures := []client.Image{client.Bytes("front", []byte("a JPEG")), client.Bytes("selfie", []byte("another"))}
	if err := api.SetImages(ctx, ref, pictures...); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := api.StartVerification(ctx, ref); err != nil {
		fmt.Println(err)
		return
	}
	result, err := api.WaitForResult(ctx, ref, func(p *client.Process) { fmt.Println("now", p.Status) })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.FinalResult.FirstName, result.FinalResult.LastName)
	// Output:
	// now processing
	// now accepted
	// Anna Specimen
}

// What the server refuses is a Problem, with a code for programs and a sentence for people.
func ExampleProblem() {
	server := play()
	defer server.Close()
	api, err := client.New(client.Config{URL: server.URL, ID: "id", Secret: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = api.GetDossier(context.Background(), "d2")
	if p, refused := errors.AsType[*client.Problem](err); refused {
		fmt.Println(p.Status, p.Code)
	}
	fmt.Println(err)
	// Output:
	// 404 not_found
	// getting the dossier: Not Found: there is no such thing [404 not_found]
}

// A key of one's own makes a POST safe to repeat after a crash: kept with the order, it gives the same dossier.
func ExampleWithIdempotencyKey() {
	server := play()
	defer server.Close()
	api, err := client.New(client.Config{URL: server.URL, ID: "id", Secret: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := client.WithIdempotencyKey(context.Background(), "order-17")
	dossier, err := api.CreateDossier(ctx, "customer-17")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(dossier.DossierID)
	// Output: d1
}

// The full result is a stream, here into memory.
func ExampleClient_FullResult() {
	server := play()
	defer server.Close()
	api, err := client.New(client.Config{URL: server.URL, ID: "id", Secret: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := api.FullResult(context.Background(), client.Ref{DossierID: "d1", ProcessID: "p1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Body.Close()
	content, err := io.ReadAll(file.Body)
	fmt.Println(len(content), err)
	// Output: 2 <nil>
}

// Events can be read page by page instead of by a webhook; the cursor is all that one keeps.
func ExampleClient_Events() {
	server := play()
	defer server.Close()
	api, err := client.New(client.Config{URL: server.URL, ID: "id", Secret: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	page, err := api.Events(context.Background(), client.EventFilter{Names: []string{"process.complete"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range page.Events {
		fmt.Println(e.EventName, e.EventData.Status)
	}
	fmt.Println("go on behind", page.Cursor)
	// Output:
	// process.complete accepted
	// go on behind c1
}
