// Package quality measures how good a picture of a document or a face is: each
// measure a number, and all thresholds in one table (Limits).
//
// What a number cannot tell: whether a document is genuine. The hints of a
// screen or a screenshot are hints; the metadata is what the file claims.
//
// It imports the standard library and the packages meta and raster.
package quality
