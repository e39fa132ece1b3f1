package idv

import (
	"cmp"
	"context"
	"io"
	"iter"
	"time"
)

// Store keeps dossiers and all that is in them, sealed. Values it returns are
// the caller's own. Every method of Reader and Tx answers NotFound for an id
// that is unknown or of another tenant.
type Store interface {
	// View runs f on one consistent snapshot.
	View(ctx context.Context, f func(Reader) error) error
	// Update runs f in one transaction: when f returns nil, state, events and
	// jobs are durable together, otherwise none of them is.
	Update(ctx context.Context, f func(Tx) error) error
	// Note adds records of what was only looked at to the audit trail. They are
	// durable when it returns nil. Many that come at once share a transaction.
	Note(ctx context.Context, records ...Record) error
}

// Reader reads the store.
type Reader interface {
	Dossier(ctx context.Context, tenant, id string) (*Dossier, error)
	// Dossiers gives a page, newest first.
	Dossiers(ctx context.Context, tenant string, q DossierQuery) ([]*Dossier, error)
	Process(ctx context.Context, tenant, dossier, id string) (*Process, error)
	// Processes gives those of a dossier, oldest first.
	Processes(ctx context.Context, tenant, dossier string) ([]*Process, error)
	// Images gives those of a process in the order of Depictions, then its video.
	Images(ctx context.Context, tenant, process string) ([]Image, error)
	// Film gives the challenge that was posed in a process and the film that
	// answers it, or nil when none was posed.
	Film(ctx context.Context, tenant, process string) (*Film, error)
	// Steps gives what the provider was asked for a process, by name.
	Steps(ctx context.Context, tenant, process string) (map[string]Step, error)
	// Reports gives the raw reports of a process.
	Reports(ctx context.Context, tenant, dossier, process string) ([]Report, error)
	// FindStep gives the process for which the provider's resource was made, or
	// NotFound. It looks across tenants: the caller is a verified webhook.
	FindStep(ctx context.Context, step, ref string) (ProcessKey, error)
	// Unfinished gives up to limit processes that are processing and were last
	// touched before t, oldest first, across tenants.
	Unfinished(ctx context.Context, t time.Time, limit int) ([]ProcessKey, error)
	// Trace gives what KeepTrace stored, or NotFound.
	Trace(ctx context.Context, process string) (PersonalJSON, error)
	// Overdue gives up to limit processes that have been pending since before t,
	// oldest first, across tenants.
	Overdue(ctx context.Context, t time.Time, limit int) ([]ProcessKey, error)
	// Files gives the files of the dossier itself, in the order of Depictions.
	Files(ctx context.Context, tenant, dossier string) ([]Image, error)
	// HasBlob says whether an image or a file refers to the blob.
	HasBlob(ctx context.Context, blob string) (bool, error)

	// FindCapture gives the capture flow with the hash of a secret. It looks across
	// tenants: the caller is an end-user with a link.
	FindCapture(ctx context.Context, secretHash []byte) (*Capture, error)
	// Capture gives the capture flow of a process.
	Capture(ctx context.Context, key ProcessKey) (*Capture, error)
	CaptureConfiguration(ctx context.Context, tenant, id string) (*CaptureConfiguration, error)
	// CaptureConfigurations gives those of a tenant, oldest first.
	CaptureConfigurations(ctx context.Context, tenant string) ([]*CaptureConfiguration, error)

	// Feed gives a page of the tenant's published events, in their order. Each
	// event that is published later has a greater position than any that Feed has
	// given: whoever goes on behind the last one sees each event once.
	Feed(ctx context.Context, tenant string, q FeedQuery) ([]Event, error)
	// FeedEnd gives the position of the tenant's last published event, or 0.
	FeedEnd(ctx context.Context, tenant string) (int64, error)
	Subscription(ctx context.Context, tenant, id string) (*Subscription, error)
	// Subscriptions gives those of a tenant, oldest first.
	Subscriptions(ctx context.Context, tenant string) ([]*Subscription, error)
	// Deliveries gives a page of those to a subscription, newest event first.
	Deliveries(ctx context.Context, tenant, subscription string, q DeliveryQuery) ([]Delivery, error)
	// Callbacks gives a page of the calls of notificationUrls, newest first.
	Callbacks(ctx context.Context, tenant string, q CallbackQuery) ([]Delivery, error)
	// Lanes gives every lane of an endpoint that may be sent to and has something
	// pending, across tenants.
	Lanes(ctx context.Context) ([]Lane, error)

	// FindProcesses gives a page of a tenant's processes, newest first, by what
	// is in clear of them.
	FindProcesses(ctx context.Context, tenant string, q ProcessQuery) ([]ProcessLine, error)
	// DeliveriesOf gives the deliveries of events to every endpoint.
	DeliveriesOf(ctx context.Context, tenant string, events []string) ([]Delivery, error)
	// CountProcesses counts those that were created since, by day and status. Days
	// that are over may be as they were an hour ago.
	CountProcesses(ctx context.Context, tenant string, since time.Time) ([]StatusCount, error)
	// VerdictTimes gives how long verifications took from their start to their
	// verdict: the newest up to limit that ended since, newest first.
	VerdictTimes(ctx context.Context, tenant string, since time.Time, limit int) ([]time.Duration, error)
	// BookedHours gives how many requests to the provider were given a place under
	// its limit in each hour since, by all tenants, and until when it is full.
	BookedHours(ctx context.Context, since time.Time) (hours []HourCount, full time.Time, err error)
	// CountVerdicts counts the verdicts that a tenant was given since, by day.
	CountVerdicts(ctx context.Context, tenant string, since time.Time) ([]DayCount, error)
	// Backlog says what waits to be done.
	Backlog(ctx context.Context, tenant string) (Backlog, error)
	// FourEyes says whether a tenant demands that two operators agree to a review.
	FourEyes(ctx context.Context, tenant string) (bool, error)

	// Trail gives a page of a tenant's audit trail; an empty tenant is the
	// installation's own.
	Trail(ctx context.Context, tenant string, q TrailQuery) ([]Record, error)

	// Tenants gives the ids of all tenants.
	Tenants(ctx context.Context) ([]string, error)
	// Clock gives what is known of the clock; zero before the first look at it.
	Clock(ctx context.Context) (Clock, error)
	// Aged gives up to limit of what has aged since before t or longer, oldest
	// first, without what is under a legal hold: processes for images, biometrics
	// and results.
	Aged(ctx context.Context, tenant string, a Aging, t time.Time, limit int) ([]Aged, error)
	// AgedFiles gives the dossiers whose files of the depictions have.
	AgedFiles(ctx context.Context, tenant string, d []Depiction, t time.Time, limit int) ([]Aged, error)
	// AgedDossiers gives those without a process, of so many of the oldest (zero: all).
	AgedDossiers(ctx context.Context, tenant string, t time.Time, limit, among int) ([]Aged, error)
	// CountAged says how many events or records of the trail may be dropped, up to
	// most (zero: all).
	CountAged(ctx context.Context, tenant string, a Aging, t time.Time, most int) (int, error)
	// Erasure gives what became of the deletion of a dossier, or NotFound.
	Erasure(ctx context.Context, tenant, dossier string) (*Erasure, error)
}

// ProcessKey names a process.
type ProcessKey struct{ Tenant, Dossier, Process string }

// DossierQuery asks for a page of dossiers.
type DossierQuery struct {
	// Limit is how many, 1 to 200.
	Limit int
	// After is the place in the list behind which the page begins; zero for the
	// first page.
	After DossierCursor
	// ExternalReference selects the dossiers with exactly this reference.
	ExternalReference Personal
	// Held selects the dossiers under a legal hold.
	Held bool
}

// DossierCursor is a place in the list of dossiers: the last one of a page.
type DossierCursor struct {
	CreatedAt time.Time
	ID        string
}

// Effects are what a change of state brings with it, stored in its transaction.
type Effects struct {
	Event Event
	Jobs  []Job
	// Detail is what the audit record of the event says beside it.
	Detail Personal
}

// Tx writes the store. A change of state, its event and the jobs that act on
// it are one call: there is no other way to emit an event, and none to emit one
// without its audit record.
type Tx interface {
	Reader

	// CreateDossier stores a new dossier and makes the key that seals it.
	CreateDossier(ctx context.Context, d *Dossier) error
	// SaveUserData replaces the user data of a dossier.
	SaveUserData(ctx context.Context, tenant, dossier string, u *UserData, now time.Time) error
	// DeleteDossier removes the dossier, all that is in it, and its key.
	DeleteDossier(ctx context.Context, tenant, id string, e Effects) error

	CreateProcess(ctx context.Context, p *Process, e Effects) error
	// ChangeProcess stores status, verdict, failure, deadline and the time of
	// the change, and the verdict's reports. It fails with CodeInvalidState when
	// the stored status does not lead to the new one (Status.Leads).
	ChangeProcess(ctx context.Context, p *Process, e Effects) error
	// PutReview stores Process.Reviewed, or that there is none any more, with the
	// event of the decision if it is one. It fails with CodeInvalidState when the
	// stored review was decided, or is another one than before.
	PutReview(ctx context.Context, p *Process, before *Review, e *Event) error
	// SetFourEyes stores what FourEyes answers.
	SetFourEyes(ctx context.Context, tenant string, demanded bool) error
	// DeleteProcess removes the process and all that belongs to it.
	DeleteProcess(ctx context.Context, p *Process, e Effects) error

	// PutImages replaces the images of the same depiction, touches the process,
	// and stores the jobs.
	PutImages(ctx context.Context, p *Process, images []Image, jobs []Job) error

	// PutFilm stores what was posed to the end-user of a process and what is known
	// of the answer, in place of what was stored before.
	PutFilm(ctx context.Context, key ProcessKey, f *Film) error
	// DropImages removes images of a process. What erases their bytes is enqueued
	// beside it.
	DropImages(ctx context.Context, p *Process, images []Image) error
	// AmendProcess stores what an end-user says of a pending process in a capture
	// flow: document type, issuing country, location and consent, and the time of
	// the change. It fails with CodeInvalidState when the process is not pending.
	AmendProcess(ctx context.Context, p *Process) error
	// PutCapture stores the capture flow of a process, new or changed.
	PutCapture(ctx context.Context, c *Capture) error
	// CreateCaptureConfiguration stores a new configuration. It fails with
	// CodeInvalidState when the tenant has one of that id.
	CreateCaptureConfiguration(ctx context.Context, c *CaptureConfiguration) error
	// ReplaceCaptureConfiguration stores what a configuration says from now on, and
	// the time of the change.
	ReplaceCaptureConfiguration(ctx context.Context, c *CaptureConfiguration) error
	DeleteCaptureConfiguration(ctx context.Context, tenant, id string) error

	// PutFiles replaces the dossier's files of the same depiction, stores the
	// time of the change, and the jobs.
	PutFiles(ctx context.Context, tenant, dossier string, files []Image, now time.Time, jobs []Job) error
	// DeleteFiles removes the dossier's files of these depictions, stores the time
	// of the change, and the jobs.
	DeleteFiles(ctx context.Context, tenant, dossier string, files []Depiction, now time.Time, jobs []Job) error

	// PutStep stores a step; a zero Step removes it. A reference belongs to one
	// process: it fails with ErrTaken when another has it.
	PutStep(ctx context.Context, key ProcessKey, name string, s Step) error
	// AddBacklog adds work to what the provider's limit has to let through for a
	// tenant, and says how much of it lay there before, as time at the full rate.
	AddBacklog(ctx context.Context, tenant string, now time.Time, work time.Duration) (time.Duration, error)
	// KeepTrace stores what finds a person at the provider whose process is being
	// deleted while it is in doubt whether the provider knows of them. It
	// outlives the dossier, sealed by the installation, until DropTrace.
	KeepTrace(ctx context.Context, process string, trace PersonalJSON) error
	// DropTrace forgets it; it is no error when there is none.
	DropTrace(ctx context.Context, process string) error
	// TakeLease makes the holder the only one who may work on a process until
	// the given time. It fails with ErrLeaseLost while another holds it.
	TakeLease(ctx context.Context, key ProcessKey, holder string, now, until time.Time) error
	// RenewLease lets the holder work until a later time. It fails with
	// ErrLeaseLost when another has held it since, also when that one is done:
	// what the holder knows of the process is old then.
	RenewLease(ctx context.Context, key ProcessKey, holder string, until time.Time) error
	// ReleaseLease ends the holder's lease; it does nothing if it has none.
	ReleaseLease(ctx context.Context, key ProcessKey, holder string) error

	// PutSubscription stores a subscription, new or changed, with the event of
	// the change if it has one.
	PutSubscription(ctx context.Context, s *Subscription, events ...Event) error
	// DeleteSubscription removes a subscription and its deliveries.
	DeleteSubscription(ctx context.Context, tenant, id string) error
	// Publish gives up to limit events of each tenant their place in the feed and
	// makes a delivery to each endpoint that wants them. It says how many.
	Publish(ctx context.Context, now time.Time, limit int) (int, error)
	// ClaimDeliveries takes due deliveries for one worker until the given time, as
	// many of each lane as there are places.
	ClaimDeliveries(ctx context.Context, places []Places, now, until time.Time) ([]Delivery, error)
	// SettleDeliveries stores how claimed deliveries went and gives the claims up.
	// It does nothing for a claim that was overtaken.
	SettleDeliveries(ctx context.Context, deliveries []Delivery) error
	// Replay makes deliveries to a subscription pending anew, and those that it
	// never had, and says how many.
	Replay(ctx context.Context, tenant, subscription string, q ReplayQuery, now time.Time) (int, error)

	// Enqueue stores jobs that come with no change of state: a webhook's hint.
	Enqueue(ctx context.Context, jobs ...Job) error
	// DeleteImages removes the images of these depictions from a process and
	// stores the jobs.
	DeleteImages(ctx context.Context, k ProcessKey, images []Depiction, jobs []Job) error
	// DropAged removes events, or records of the trail, from before t, and says
	// how many.
	DropAged(ctx context.Context, tenant string, a Aging, t time.Time) (int, error)
	// DropErased removes a dossier that was deleted once and that a backup has
	// brought back: one whose key is forgotten, which every read takes for not
	// there. It does nothing for any other.
	DropErased(ctx context.Context, tenant, dossier string, now time.Time) error
	// SetHold stores since when a dossier is under a legal hold; zero ends it. A
	// hold that is there already goes on.
	SetHold(ctx context.Context, tenant, dossier string, since time.Time) error
	// BeginErasure stores that a dossier is being deleted.
	BeginErasure(ctx context.Context, e *Erasure) error
	// DoneErasing stores when a part of an erasure was done; it does nothing where
	// there is no such part.
	DoneErasing(ctx context.Context, tenant, dossier, part string, at time.Time) error
	// SaveClock stores what is known of the clock.
	SaveClock(ctx context.Context, c Clock) error
	// Record adds to the audit trail what has no event.
	Record(ctx context.Context, records ...Record) error
}

// Step is one request that creates something at the provider: an applicant, a
// document, a check. It is stored as intended before the request and with its
// reference afterwards, so that nothing is asked for twice (law 5).
type Step struct {
	// IntendedAt is when the request was about to be sent.
	IntendedAt time.Time
	// Ref is the provider's id of what was made; empty while in doubt.
	Ref string
}

// JobKind names a kind of background work.
type JobKind string

// The kinds there are.
const (
	// JobAdvance takes a process a step further and comes back until it ends.
	JobAdvance JobKind = "process_advance"
	// JobHint looks once at the process of a provider's resource (Job.Ref).
	JobHint JobKind = "provider_hint"
	// JobForget deletes what the provider holds of a person: Job.Ref, or whoever
	// the trace of Job.Process leads to.
	JobForget JobKind = "provider_forget"
	// JobEraseBlobs removes the blobs of a dossier, of a process, or one blob.
	JobEraseBlobs JobKind = "blobs_erase"
)

// Job is work to be done after its transaction. It holds ids, never personal
// data.
type Job struct {
	Kind    JobKind
	Tenant  string
	Dossier string
	Process string
	Ref     string
	// At is when the job may run; zero means at once.
	At time.Time
	// Rank orders what may run: 0 goes first, MaxRank last.
	Rank int
}

// MaxRank is the rank of jobs that let all others go first.
const MaxRank = 3

// BlobRef names the bytes of an image, video or file and says to whom they
// belong: the ciphertext is bound to every field.
type BlobRef struct{ Tenant, Dossier, Process, Name string }

// FilesOfDossier stands in BlobRef.Process for the files of the dossier itself;
// no process has such an id.
const FilesOfDossier = "files"

// BlobOf names the bytes of an image or of a file of the dossier.
func BlobOf(i Image) BlobRef {
	return BlobRef{Tenant: i.TenantID, Dossier: i.DossierID, Process: cmp.Or(i.ProcessID, FilesOfDossier), Name: i.Blob}
}

// BlobKeys unwraps the key of a dossier for the blob store.
type BlobKeys interface {
	// WrappedKey gives the sealed key of a dossier, or NotFound.
	WrappedKey(ctx context.Context, tenant, dossier string) ([]byte, error)
}

// Blobs keeps large values, sealed on the way in and opened on the way out
// under the key of their dossier. Nothing is held in memory whole.
type Blobs interface {
	// Put stores what r gives until io.EOF. After an error nothing is stored.
	Put(ctx context.Context, at BlobRef, r io.Reader) error
	// Open gives the bytes, or NotFound. A changed or cut blob is an error of
	// Read before the first wrong byte is given.
	Open(ctx context.Context, at BlobRef) (io.ReadCloser, error)
	// Erase removes one blob (Name set), those of a process (Process set), or
	// those of a dossier. It is no error when there are none.
	Erase(ctx context.Context, at BlobRef) error
	// Older gives the blobs stored before t.
	Older(ctx context.Context, t time.Time) iter.Seq2[BlobRef, error]
}

// Provider does the checking. Its errors are of four kinds: an *Error refuses
// the request of the customer, a *Failure ends the process, ErrLeaseLost and
// anything else mean: try again later (a *Later says when).
type Provider interface {
	// Prepare asks what must be known before a verification may start: whether
	// the location can be resolved and whether consent is missing.
	Prepare(ctx context.Context, c Case) error
	// Advance does what can be done now and says what comes next.
	Advance(ctx context.Context, c Case) (Progress, error)
	// Forget deletes what the provider holds under the reference of the step
	// StepApplicant. It is no error when it is gone already.
	Forget(ctx context.Context, ref string) error
	// Trace gives what Find needs when it is in doubt whether the person of a
	// case was made.
	Trace(c Case) PersonalJSON
	// Find looks for that person, and gives the reference that Forget takes or ""
	// when there is none. taken says of a reference that it is another process's.
	Find(ctx context.Context, trace PersonalJSON, taken Taken) (ref string, err error)
	// ReadHint verifies an incoming webhook by its raw body and signature, and
	// gives the reference of the check it is about, or "" when it is about
	// something else. The error says why it is not believed.
	ReadHint(body []byte, signature string) (ref string, err error)
}

// Taken says whether a reference of the step StepApplicant belongs to another
// process.
type Taken func(ctx context.Context, ref string) (bool, error)

// Catalog is a Provider that says which documents it takes.
type Catalog interface {
	// DocumentForms lists them by country and then by type. The caller must not
	// change the list.
	DocumentForms() []DocumentForm
}

// The steps that others than the connector need to know by name.
const (
	// StepApplicant made the person at the provider; its reference is what
	// Forget takes.
	StepApplicant = "applicant"
	// StepCheck made the check; its reference is what a hint names.
	StepCheck = "check"
)

// Case is all that a provider gets to know about one verification.
type Case struct {
	Process  *Process
	UserData *UserData
	Images   []Image
	// Film is nil unless a challenge was posed.
	Film *Film
	// Open gives the bytes of an image.
	Open func(ctx context.Context, i Image) (io.ReadCloser, error)
	// Journal remembers what was asked.
	Journal Journal
}

// Journal is a provider's memory of one process. Every method that writes
// fails with ErrLeaseLost when another worker has taken over.
type Journal interface {
	// Step gives what is known of a step; zero when it was never intended.
	Step(name string) Step
	// Taken says whether a reference of the step belongs to another process.
	Taken(ctx context.Context, name, ref string) (bool, error)
	// Intend stores that the step is about to be asked for.
	Intend(ctx context.Context, name string) error
	// Done stores the reference of what was made. It fails with ErrTaken when
	// another process has it: two looked for the same thing and one found it.
	Done(ctx context.Context, name, ref string) error
	// Withdraw stores that the request surely made nothing.
	Withdraw(ctx context.Context, name string) error
}

// Progress is how far a verification has come.
type Progress struct {
	// Verdict is set when the provider is done.
	Verdict *Verdict
	// Wait is how long to wait before looking again, when it is not.
	Wait time.Duration
}

// Later is an error that says when trying again makes sense.
type Later struct {
	After time.Duration
	Err   error
}

// Error gives the cause.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap gives the cause.
func (l *Later) Unwrap() error { return l.Err }
