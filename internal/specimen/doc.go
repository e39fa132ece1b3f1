// Package specimen draws identity documents and faces that nobody owns, for demos and tests.
//
// Every document is marked SPECIMEN and, unless another country is ordered, issued by Utopia (UTO, the state of
// ICAO's own specimens). A drawing depends on its [Order] alone: the same order gives the same bytes on any day.
// The holder's head comes from the order's seed, so a selfie and a passport of one seed show the same person.
//
// It imports the standard library, golang.org/x/image, a barcode encoder and, of the house, only ocrb, the font of the
// zone: what reads documents must not share an assumption with what draws them.
package specimen
