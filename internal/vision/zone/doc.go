// Package zone finds and reads machine readable zones in pictures.
//
// Writing is found as long thin rows of dark strokes on light paper, in any
// direction (rows.go); parallel rows of one length may be a zone (block.go).
// The zone is read as what it is, characters of one font at one pitch: a chain
// of cells is laid along each row (chain.go), the cells straighten the
// perspective, and each is compared with every glyph of OCR-B at the focus that
// the picture has (glyph.go, read.go). What the characters mean and which
// doubtful ones the check digits decide is left to package mrz.
//
// It imports the standard library, x/image for the font, and the packages
// ocrb, mrz and raster.
package zone
