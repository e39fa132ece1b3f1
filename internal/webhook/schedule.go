package webhook

import (
	"slices"
	"time"
)

// Schedule gives the waits after each failed try (Assure contract section 9).
// After the try that follows the last wait a delivery is given up.
func Schedule() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// callbackTries is how often a notificationUrl is called again (Assure contract
// section 5), by the beginning of the same schedule.
const callbackTries = 5

// jitter is the largest part of a wait that is added to it, so that what failed
// together does not come back together. No try comes early.
const jitter = 0.1

// wait gives how long to wait after so many failed tries, and false when there
// is no other try. random is in [0, 1).
func wait(schedule []time.Duration, failed int, random float64) (time.Duration, bool) {
	if failed < 1 || failed > len(schedule) {
		return 0, false
	}
	d := schedule[failed-1]
	return d + time.Duration(float64(d)*jitter*random), true
}

// scheduleOf gives the schedule of a subscription or of a notificationUrl.
func scheduleOf(callback bool) []time.Duration {
	if callback {
		return slices.Clip(Schedule()[:callbackTries])
	}
	return Schedule()
}
