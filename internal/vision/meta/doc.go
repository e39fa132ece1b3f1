// Package meta reads what a picture file says about itself: which camera took
// it and when, which program wrote it, which way is up. It is what the file
// claims; anybody can write or remove it.
//
// It looks at JPEG (Exif, XMP, Photoshop's block) and PNG (eXIf, tEXt, iTXt)
// and imports the standard library only.
package meta
