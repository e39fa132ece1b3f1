package idv

import "time"

// ProcessQuery asks for a page of a tenant's processes, newest first. What is
// zero does not select.
type ProcessQuery struct {
	// Limit is how many, 1 to 200.
	Limit int
	// After is the place behind which the page begins; zero for the first page.
	After ProcessCursor
	// ID is that of one process, or of the dossier of several.
	ID string
	// ExternalReference is exactly that of the dossier.
	ExternalReference Personal
	Status            Status
	Type              ProcessType
	// Country issued the document, ISO 3166-1 alpha-3.
	Country string
	// Undecided selects the inconclusive ones that nobody has decided.
	Undecided bool
	// Since and Until bound when they were created; Until is not included.
	Since, Until time.Time
}

// ProcessCursor is a place in the list of processes: the last one of a page.
type ProcessCursor struct {
	CreatedAt time.Time
	ID        string
}

// ProcessLine is a process in a list: what is in clear, nothing about a person.
type ProcessLine struct {
	ProcessKey
	Type         ProcessType
	DocumentType DocumentType
	Status       Status
	// ReviewedAt is when people decided; zero if they have not.
	ReviewedAt           time.Time
	CreatedAt, UpdatedAt time.Time
}

// StatusCount says how many processes of a day, in UTC, have a status now.
type StatusCount struct {
	Day    time.Time
	Status Status
	Count  int
}

// DayCount says how many of something there were on a day, in UTC.
type DayCount struct {
	Day   time.Time
	Count int
}

// HourCount says how many of something there were in an hour, in UTC.
type HourCount struct {
	Hour  time.Time
	Count int
}

// Backlog is what waits to be done for a tenant.
type Backlog struct {
	// Processing are verifications that the provider has not answered.
	Processing int
	// Undecided are inconclusive ones that nobody has decided.
	Undecided int
	// Deliveries are events on their way to endpoints, the oldest due since
	// DeliveriesSince (zero if there are none).
	Deliveries      int
	DeliveriesSince time.Time
}
