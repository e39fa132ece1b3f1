package idv_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

func TestReview(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	accept := idv.Review{Decision: idv.StatusAccepted, Reason: "seen", By: "rita", At: now}
	proposal := accept
	proposal.FourEyes = true
	for name, test := range map[string]struct {
		status idv.Status
		before *idv.Review
		review idv.Review
		code   idv.Code
		event  bool
	}{
		"alone":           {status: idv.StatusInconclusive, review: accept, event: true},
		"four eyes":       {status: idv.StatusInconclusive, review: proposal},
		"rejected":        {status: idv.StatusRejected, review: accept, code: idv.CodeInvalidState},
		"pending":         {status: idv.StatusPending, review: accept, code: idv.CodeInvalidState},
		"decided":         {status: idv.StatusInconclusive, before: &accept, review: accept, code: idv.CodeInvalidState},
		"proposed":        {status: idv.StatusInconclusive, before: &proposal, review: accept, code: idv.CodeInvalidState},
		"no reason":       {status: idv.StatusInconclusive, review: idv.Review{Decision: idv.StatusAccepted, Reason: " "}, code: idv.CodeInvalid},
		"too long":        {status: idv.StatusInconclusive, review: idv.Review{Decision: idv.StatusAccepted, Reason: idv.Personal(strings.Repeat("x", 2001))}, code: idv.CodeInvalid},
		"no such outcome": {status: idv.StatusInconclusive, review: idv.Review{Decision: idv.StatusFailed, Reason: "seen"}, code: idv.CodeInvalid},
	} {
		p := &idv.Process{Status: test.status, Reviewed: test.before}
		e, err := p.Review(test.review)
		if idv.CodeOf(err) != test.code || (e != nil) != test.event || p.Status != test.status {
			t.Errorf("%s: %v, event %v, status %s", name, err, e, p.Status)
		}
	}
}

func TestConfirmationTakesSomebodyElse(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	p := &idv.Process{Status: idv.StatusInconclusive}
	if _, err := p.ConfirmReview("ruth", now); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("without a proposal: %v", err)
	}
	if _, err := p.Review(idv.Review{Decision: idv.StatusRejected, Reason: "no", By: "rita", At: now, FourEyes: true, ConfirmedBy: "rita"}); err != nil {
		t.Fatal(err)
	}
	if p.Reviewed.Decided() {
		t.Error("a proposal confirms itself")
	}
	if _, err := p.ConfirmReview("rita", now); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("by oneself: %v", err)
	}
	e, err := p.ConfirmReview("ruth", now.Add(time.Minute))
	if err != nil || e == nil || e.Name != idv.EventProcessReviewed || e.Status != idv.StatusInconclusive || !e.At.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v, %v", e, err)
	}
	if err := p.ReturnReview(); idv.CodeOf(err) != idv.CodeInvalidState {
		t.Errorf("a decision is sent back: %v", err)
	}
}
