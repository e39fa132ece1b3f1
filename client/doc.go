// Package client calls the Assure API of a Dossier server (Assure contract, sections 1 to 9), and of any other that
// answers it. The command line uses it too.
//
//	api, err := client.New(client.Config{URL: "https://dossier.example.com", ID: id, Secret: secret})
//	dossier, err := api.CreateDossier(ctx, "customer-17")
//
// It gets and renews the access token, streams images, follows events, and waits for results. A refusal of the server
// is a [*Problem]. Calls that are safe to repeat are repeated when the server or the network fails for a moment; POSTs
// are, because each carries an Idempotency-Key, which [WithIdempotencyKey] chooses. A [Client] may be used by many
// goroutines.
//
// It speaks the wire through structs of its own, so that it works, and fails, like any other customer's client. Of this
// project it imports dataurl alone.
package client
