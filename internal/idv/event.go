package idv

import "time"

// EventName names what happened (Assure contract section 9).
type EventName string

// The events there are.
const (
	EventProcessCreated    EventName = "process.created"
	EventProcessProcessing EventName = "process.processing"
	EventProcessComplete   EventName = "process.complete"
	EventProcessDeleted    EventName = "process.deleted"
	EventDossierDeleted    EventName = "dossier.deleted"
)

// Event is a change of state that others may hear of. It is made by the method
// that makes the change and can be stored only together with it (Store). It
// holds no personal data. The store gives it its id and its sequence, which
// counts the events of one dossier without gaps.
type Event struct {
	ID        string
	TenantID  string
	DossierID string
	// ProcessID, Provider, ProcessType and Status are empty for dossier events.
	ProcessID   string
	Name        EventName
	Provider    string
	ProcessType ProcessType
	Status      Status
	Sequence    int64
	At          time.Time
}

// Deleted gives the event of a dossier that is about to be removed.
func (d *Dossier) Deleted(now time.Time) Event {
	return Event{TenantID: d.TenantID, DossierID: d.ID, Name: EventDossierDeleted, At: now}
}
