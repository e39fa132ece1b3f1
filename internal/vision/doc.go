// Package vision reads a picture of an identity document or of a person:
// machine readable zone, barcode, faces and the quality of the picture, in pure
// Go and without a model. Its packages each do one of these; this one decodes
// the file and puts what they found together.
//
// What it finds is what is in the pixels. It does not say whether a document is
// genuine, whether a person is alive, or whether two pictures show one person.
// Its error rates were measured on drawn specimens (docs/sandbox.md), not on
// real documents.
//
// It imports the standard library, x/image for WebP, its own packages and
// ocrb, the font of the zone.
package vision
