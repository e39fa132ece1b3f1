package idv

import (
	"context"
	"time"
)

// Action names what an audit record tells of. A change of state has the name of
// its event.
type Action string

// What is recorded beside the changes of state.
const (
	ActionDossierCreated   Action = "dossier.created"
	ActionDossierViewed    Action = "dossier.viewed"
	ActionUserDataViewed   Action = "userdata.viewed"
	ActionFileViewed       Action = "file.viewed"
	ActionImageViewed      Action = "image.viewed"
	ActionVideoViewed      Action = "video.viewed"
	ActionResultViewed     Action = "result.viewed"
	ActionResultDownloaded Action = "result.downloaded"
	ActionConsentAnswered  Action = "consent.answered"
	ActionImageSet         Action = "image.set"
	ActionVideoSet         Action = "video.set"

	ActionReportViewed Action = "report.viewed"
	// ActionImageRead: an operator had Dossier itself read an image, and saw what it read.
	ActionImageRead Action = "image.read"

	ActionReviewProposed       Action = "review.proposed"
	ActionReviewReturned       Action = "review.returned"
	ActionOperatorCreated      Action = "operator.created"
	ActionOperatorReset        Action = "operator.reset"
	ActionOperatorChanged      Action = "operator.changed"
	ActionOperatorDisabled     Action = "operator.disabled"
	ActionOperatorLogin        Action = "operator.login"
	ActionOperatorRefused      Action = "operator.refused"
	ActionOperatorLogout       Action = "operator.logout"
	ActionTrailVerified        Action = "audit.verified"
	ActionClientRotated        Action = "client.rotated"
	ActionTenantChanged        Action = "tenant.changed"
	ActionTrailExported        Action = "audit.exported"
	ActionKeyRotated           Action = "key.rotated"
	ActionKeyDropped           Action = "key.dropped"
	ActionKeyWrapped           Action = "key.wrapped"
	ActionCallbackEnsured      Action = "callback.ensured"
	ActionCallbackRotated      Action = "callback.rotated"
	ActionImagesExpired        Action = "images.expired"
	ActionEventsExpired        Action = "events.expired"
	ActionTrailExpired         Action = "audit.expired"
	ActionHoldSet              Action = "hold.set"
	ActionHoldReleased         Action = "hold.released"
	ActionTenantCreated        Action = "tenant.created"
	ActionClientCreated        Action = "client.created"
	ActionClientRevoked        Action = "client.revoked"
	ActionSubscriptionCreated  Action = "subscription.created"
	ActionSubscriptionChanged  Action = "subscription.changed"
	ActionSubscriptionRotated  Action = "subscription.rotated"
	ActionSubscriptionPaused   Action = "subscription.paused"
	ActionSubscriptionResumed  Action = "subscription.resumed"
	ActionSubscriptionDeleted  Action = "subscription.deleted"
	ActionConfigurationChanged Action = "configuration.changed"
	ActionSettingCreated       Action = "setting.created"
	ActionSettingChanged       Action = "setting.changed"
	// ActionClockDoubted: the clock leapt ahead, so nothing is deleted by age.
	ActionClockDoubted Action = "clock.doubted"
	// ActionClockTrusted: it is gone by again, because it was set right, or has run on
	// for a day, or an operator says that it is right.
	ActionClockTrusted Action = "clock.trusted"
)

// ActorKind says what kind of somebody did something.
type ActorKind string

// A client calls the API, an end-user goes through the pages that a link leads
// to, an operator uses the console or the command line, and the system works by
// itself.
const (
	ActorClient   ActorKind = "client"
	ActorEndUser  ActorKind = "end-user"
	ActorOperator ActorKind = "operator"
	ActorSystem   ActorKind = "system"
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind
	// ID is a client's id, where an end-user was (whoever has the link is one), an
	// operator's name, or the work of the system.
	ID string
}

type actorKey struct{}

// WithActor says who acts in all that is done with the context.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf says who acts: the system, where nobody was named.
func ActorOf(ctx context.Context) Actor {
	if a, named := ctx.Value(actorKey{}).(Actor); named {
		return a
	}
	return Actor{ActorSystem, "server"}
}

// Record is one line of a tenant's audit trail. All but Detail is kept in clear:
// ids and words of ours, never anything about an end-user.
type Record struct {
	// Tenant is empty for what concerns the whole installation.
	Tenant string
	// Position counts the records of the tenant without gaps, from 1. The store
	// gives it.
	Position int64
	At       time.Time
	Action   Action
	// Actor is that of the context in which the record is stored.
	Actor            Actor
	Dossier, Process string
	// Subject is what else the action concerns: which image, the id of a client.
	Subject string
	// Detail is sealed under the key of the dossier and gone with it; without a
	// dossier there is none.
	Detail Personal
	// Erased says that there was a detail, and that its dossier is gone.
	Erased bool
}

// TrailQuery asks for a page of an audit trail, newest record first.
type TrailQuery struct {
	// Before is the position before which the page begins; 0 is the newest.
	Before int64
	// Limit is how many, 1 to 200.
	Limit int
	// Dossier, Actor (its ID) and Action select; empty means all.
	Dossier, Actor string
	Action         Action
}
