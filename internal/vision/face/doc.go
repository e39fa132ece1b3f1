// Package face finds the faces in a picture and cuts out the portrait.
//
// The finding is pigo's cascade of pixel comparisons, which has no model to
// download: the cascade lies beside this file under pigo's licence
// (LICENSE-pigo.txt). A face must look at the camera and be turned by less than
// about 40 degrees. Nothing here says who somebody is.
//
// It imports the standard library, pigo and the package raster.
package face
