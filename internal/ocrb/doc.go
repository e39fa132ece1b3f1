// Package ocrb holds the font of machine readable zones, OCR-B, for what draws
// them and what reads them. The outlines are Norbert Schwarz's, free to use,
// modify and distribute; OCRB-copyright.txt has the whole of it. It is TrueType,
// because the CFF reader of x/image leaves out '8' and '<'.
//
// It imports nothing but the standard library's embedding.
package ocrb

import _ "embed"

//go:embed OCRB.ttf
var font string

// TrueType gives a copy of the font file: the 37 characters of ICAO Doc
// 9303-3, section 4.3, each 0.723 em wide.
func TrueType() []byte { return []byte(font) }
