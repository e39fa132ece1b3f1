//go:build race

package face

// raceDetector says that these tests run about ten times as slowly, so that
// fewer pictures have to do.
const raceDetector = true
