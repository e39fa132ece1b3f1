// Package peers measures the sandbox side by side with other mock servers, in one run on one machine: how many
// requests it answers in a second, how long it takes from its start to its first answer, how much memory it holds.
//
//	go test -run '^$' -bench . ./internal/sandbox/peers
//
// It holds a benchmark only. That builds `dossier`, installs Prism and WireMock by npm and stripe-mock by go, each
// into the user's cache; a peer that cannot be installed is left out and said so.
package peers
