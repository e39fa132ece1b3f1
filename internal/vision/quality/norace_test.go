//go:build !race

package quality

// raceDetector says that these tests run at full speed.
const raceDetector = false
