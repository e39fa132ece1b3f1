// Package obs makes the logger that every room is given. Personal data cannot
// reach it in clear: its types print [redacted] by themselves (idv.Personal),
// and what this package adds holds ids only.
//
// It imports only the standard library.
package obs
