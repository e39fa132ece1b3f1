// Package printed understands what is printed on a document for people, as a
// program for character recognition found it: numbered fields of European
// licences (EU Directive 2006/126, annex I), elements of North American ones
// (AAMVA design standard, annex A), and labels with their values under them, as
// passports and identity cards have.
//
// What it gives is evidence of low confidence: nothing on a document vouches
// for it as check digits do for a zone. It also levels a picture, so that such
// a program can read it.
//
// It imports the standard library and the package raster.
package printed
