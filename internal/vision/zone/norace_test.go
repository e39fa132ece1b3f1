//go:build !race

package zone

// raceDetector says that these tests run at full speed.
const raceDetector = false
