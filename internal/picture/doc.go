// Package picture says what an image file is by its structure, while its bytes
// pass: JPEG (ITU-T T.81 annex B) or PNG (W3C PNG third edition), how large, and
// whether it is whole. It decodes no pixels and decompresses nothing, so that no
// declared size costs anything, and holds a few kilobytes.
//
// What cameras append behind the end of a JPEG (a second picture, a film) is let
// through; an archive, a program, a document or a page is not. What the metadata
// of a camera says is not looked at.
//
// It imports nothing of the house.
package picture
