// Package chip reads the file that an app makes of the chip of a travel document, and does passive authentication
// (ICAO Doc 9303-10 and 9303-11, section 5.1): the groups of data are those that were signed, and the signer is one
// whom this sandbox trusts, which is the issuer of specimens alone.
//
// What it does not do: it knows no state's certificates, asks for no revocation list, and cannot do active
// authentication, for which the chip itself has to answer.
//
// It imports nothing but the standard library.
package chip
