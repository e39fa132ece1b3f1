// Package envfile reads and writes files of NAME=value lines: the settings of
// a server, in the form that systemd and container tools take too, and the
// dev.env that tells clients where a development server is.
//
// It imports only the standard library.
package envfile
