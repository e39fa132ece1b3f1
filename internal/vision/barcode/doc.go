// Package barcode finds and decodes the two-dimensional symbols that identity
// documents carry: PDF417, QR and DataMatrix.
//
// A PDF417 symbol is found as a patch of dense bars, straightened by the
// patch's corners and decoded at a few sizes and sharpnesses; the decoding
// itself is zxinggo's. Whatever that does with hostile input stays inside: a
// panic there is "no symbol".
//
// It imports the standard library, zxinggo and the package raster.
package barcode
