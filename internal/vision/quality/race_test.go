//go:build race

package quality

// raceDetector says that these tests run about ten times as slowly, so that
// fewer pictures have to do.
const raceDetector = true
