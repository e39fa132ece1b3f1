// Package film reads the films that browsers and telephones record of a face: WebM and MP4. It tells container, codec,
// length, size and whether there is sound, and decodes the key frames of VP8, which x/image can; frames of other codecs
// are left to a program outside.
//
// Everything in a file is believed only within bounds: elements end where their parents do, and no more is allocated
// than the file has bytes.
//
// It imports the standard library and x/image.
package film
