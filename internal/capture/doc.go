// Package capture serves the pages on which end-users bring what is to be
// verified: a link leads to them, plain JavaScript modules without a build walk
// through the steps, and the server keeps every step, so that a reload, a lost
// connection or another device goes on where the last one was (Assure contract
// section 10).
//
// The pages ask nobody but this server for anything, unless a configuration of
// the customer names a font or a picture elsewhere. Their security policy has no
// inline script and no inline style. Texts are in catalogues, one per language.
//
// It imports idv, service, limit, site and wire; the counting of faces is given to it.
package capture
