package idv

import "time"

// Aging names what is kept for a time.
type Aging string

// What a retention policy tells apart. Images are those of documents, biometrics
// the selfie and the video, both of processes and among the files of a dossier;
// results are whole processes, and dossiers in which there is nothing else.
const (
	AgingImages     Aging = "images"
	AgingBiometrics Aging = "biometrics"
	AgingResults    Aging = "results"
	AgingEvents     Aging = "events"
	AgingTrail      Aging = "audit"
)

// Agings lists them in the order in which they are swept.
func Agings() []Aging {
	return []Aging{AgingResults, AgingImages, AgingBiometrics, AgingEvents, AgingTrail}
}

// Depictions lists the images that age as a says; none for what is no image.
func (a Aging) Depictions() []Depiction {
	switch a {
	case AgingImages:
		return []Depiction{Front, Back}
	case AgingBiometrics:
		return []Depiction{Selfie, Video}
	case AgingResults, AgingEvents, AgingTrail:
	}
	return nil
}

// Aged is something whose time is over.
type Aged struct {
	// Key has no Process for a dossier, and for the files of one.
	Key ProcessKey
	// Since is when its time began: the end of the process, or the last change.
	Since time.Time
}

// Erasure is what became of the deletion of a dossier. It holds no personal
// data.
type Erasure struct {
	Tenant, Dossier string
	At              time.Time
	// Actor is that of the context in which it is stored.
	Actor Actor
	// Contents says how many of what became unreadable.
	Contents map[string]int
	Parts    []ErasurePart
}

// ErasurePart is a part of an erasure that is done by itself.
type ErasurePart struct {
	// Name is one of those below; behind PartProvider stands what the provider
	// knew the person by.
	Name string
	// Done is zero until it is.
	Done time.Time
}

// The parts of an erasure.
const (
	PartKey      = "key forgotten"
	PartBlobs    = "files removed"
	PartProvider = "deleted at the provider: "
)

// Complete says that there is nothing left to do.
func (e *Erasure) Complete() bool {
	for _, p := range e.Parts {
		if p.Done.IsZero() {
			return false
		}
	}
	return true
}
