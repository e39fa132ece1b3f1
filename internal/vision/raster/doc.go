// Package raster has the operations on pixels that the readers of this room
// share: scaling, turning, blurring, morphology and perspective. A picture's
// bounds begin at (0, 0) and its stride is its width throughout.
//
// It imports the standard library only.
package raster
