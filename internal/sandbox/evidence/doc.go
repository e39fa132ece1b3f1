// Package evidence lets the sandbox look: it turns what was read in the pictures of a check into findings, one for
// each sub-breakdown of Onfido's reports that a picture can say something about (Onfido contract sections 2c to 2f).
//
// A finding follows from a measured fact or is not there: what cannot be judged from a picture is left without a
// result. Basis says of every sub-breakdown which it is. The error rates are in docs/sandbox.md; they were measured
// on drawn specimens, not on real documents.
//
// It imports the vision packages, packages chip and internal/optional, the names of results from package report, x/image to scale and x/text for letters
// with accents; not the sandbox.
package evidence
