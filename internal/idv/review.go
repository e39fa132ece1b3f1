package idv

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxReviewReason is the longest reason of a review, in characters.
const MaxReviewReason = 2000

// Review is what people decided of a process that the provider left
// inconclusive. It stands beside the verdict and never changes it.
type Review struct {
	// Decision is accepted or rejected.
	Decision Status
	// Reason is in the reviewer's own words and may speak of the end-user.
	Reason Personal
	// By is the operator who decided, at At.
	By string
	At time.Time
	// FourEyes says that it is a proposal until another operator confirms it.
	FourEyes bool
	// ConfirmedBy is that other operator; empty until then, and without FourEyes.
	ConfirmedBy string
	ConfirmedAt time.Time
}

// Decided says whether nothing is left to be done; false for no review.
func (r *Review) Decided() bool { return r != nil && (!r.FourEyes || r.ConfirmedBy != "") }

// DecidedAt is when it came to be decided; zero before that.
func (r *Review) DecidedAt() time.Time {
	switch {
	case !r.Decided():
		return time.Time{}
	case r.FourEyes:
		return r.ConfirmedAt
	}
	return r.At
}

// Summary is the decision with its reason, for the audit trail; empty for none.
func (r *Review) Summary() Personal {
	if r == nil {
		return ""
	}
	return Personal(r.Decision) + ": " + r.Reason
}

// Review gives an inconclusive process what an operator decided. With four eyes
// it is a proposal. The event is nil as long as nothing is decided.
func (p *Process) Review(r Review) (*Event, error) {
	c := checker{}
	c.that(r.Decision == StatusAccepted || r.Decision == StatusRejected, "decision", "must be accepted or rejected")
	c.that(strings.TrimSpace(r.Reason.Reveal()) != "", "reason", "must say why")
	c.that(utf8.RuneCountInString(r.Reason.Reveal()) <= MaxReviewReason, "reason", "must have at most 2000 characters")
	if err := c.err(); err != nil {
		return nil, err
	}
	switch {
	case p.Status != StatusInconclusive:
		return nil, InvalidState("review it", p.Status)
	case p.Reviewed.Decided():
		return nil, Refuse(CodeInvalidState, "the process has been decided already")
	case p.Reviewed != nil:
		return nil, Refuse(CodeInvalidState, "somebody has proposed a decision: confirm it or send it back first")
	}
	r.ConfirmedBy, r.ConfirmedAt = "", time.Time{}
	p.Reviewed = &r
	return p.reviewEvent(), nil
}

// ConfirmReview lets a second operator agree to what the first one proposed.
func (p *Process) ConfirmReview(by string, now time.Time) (*Event, error) {
	r, err := p.proposal()
	if err != nil {
		return nil, err
	}
	if r.By == by {
		return nil, Refuse(CodeInvalidState, "whoever proposed a decision cannot confirm it: somebody else must look")
	}
	confirmed := *r
	confirmed.ConfirmedBy, confirmed.ConfirmedAt = by, now
	p.Reviewed = &confirmed
	return p.reviewEvent(), nil
}

// ReturnReview removes a proposal, so that the process can be looked at anew.
func (p *Process) ReturnReview() error {
	if _, err := p.proposal(); err != nil {
		return err
	}
	p.Reviewed = nil
	return nil
}

// proposal gives the review that waits for a second operator.
func (p *Process) proposal() (*Review, error) {
	if p.Reviewed == nil || p.Reviewed.Decided() {
		return nil, Refuse(CodeInvalidState, "no decision waits for a second operator")
	}
	return p.Reviewed, nil
}

func (p *Process) reviewEvent() *Event {
	if !p.Reviewed.Decided() {
		return nil
	}
	e := p.event(EventProcessReviewed, p.Reviewed.DecidedAt())
	return &e
}
