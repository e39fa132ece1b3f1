//go:build !race

package face

// raceDetector says that these tests run at full speed.
const raceDetector = false
