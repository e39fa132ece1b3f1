// Package aamva understands the text in the barcode of driving licences and
// identity cards of North America: AAMVA DL/ID Card Design Standard, annex D,
// in all its versions.
//
// It imports the standard library only and knows nothing of pictures.
package aamva
