package idv_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// edges is the picture of Assure contract section 5, written down once more and
// by hand: what Leads must say, and nothing else.
var edges = map[idv.Status][]idv.Status{
	idv.StatusPending:    {idv.StatusProcessing, idv.StatusCanceled, idv.StatusFailed},
	idv.StatusProcessing: {idv.StatusAccepted, idv.StatusRejected, idv.StatusInconclusive, idv.StatusFailed},
}

// command is something that somebody asks for, at whatever time.
type command struct {
	to idv.Status
	do func(*idv.Process, time.Time) idv.Event
}

func commands() []command {
	conclude := func(s idv.Status) command {
		return command{s, func(p *idv.Process, now time.Time) idv.Event { return p.Conclude(&idv.Verdict{Status: s}, now) }}
	}
	fail := func(f idv.FailureType) command {
		return command{idv.StatusFailed, func(p *idv.Process, now time.Time) idv.Event { return p.Fail(&idv.Failure{Type: f}, now) }}
	}
	return []command{
		{idv.StatusProcessing, func(p *idv.Process, now time.Time) idv.Event { return p.Begin(now, now.Add(time.Hour)) }},
		{idv.StatusCanceled, (*idv.Process).Cancel},
		conclude(idv.StatusAccepted), conclude(idv.StatusRejected), conclude(idv.StatusInconclusive),
		fail(idv.FailExpired), fail(idv.FailProviderTimeout), fail(idv.FailUpload),
	}
}

// TestMillionCommands gives a million random commands to processes, each done
// only where Leads allows it, and holds each to the picture of the contract.
func TestMillionCommands(t *testing.T) {
	t.Parallel()
	random, all, now := rand.New(rand.NewPCG(5, 5)), commands(), time.Unix(1, 0)
	p, taken := &idv.Process{Status: idv.StatusPending}, map[[2]idv.Status]int{}
	for range 1_000_000 {
		c, before := all[random.IntN(len(all))], *p
		legal := slices.Contains(edges[before.Status], c.to)
		if before.Status.Leads(c.to) != legal {
			t.Fatalf("Leads(%s, %s) is %v", before.Status, c.to, !legal)
		}
		if legal {
			now = now.Add(time.Second)
			event := c.do(p, now)
			holdTo(t, before, p, c.to, event)
			taken[[2]idv.Status{before.Status, p.Status}]++
		}
		if p.Status.Final() && random.IntN(8) == 0 {
			p = &idv.Process{Status: idv.StatusPending}
		}
	}
	if len(taken) != 7 {
		t.Errorf("%d edges were taken, want all seven: %v", len(taken), taken)
	}
}

// holdTo checks what a command left behind.
func holdTo(t *testing.T, before idv.Process, p *idv.Process, to idv.Status, event idv.Event) {
	t.Helper()
	wantEvent := idv.EventProcessComplete
	if to == idv.StatusProcessing {
		wantEvent = idv.EventProcessProcessing
	}
	switch {
	case p.Status != to || event.Status != to || event.Name != wantEvent:
		t.Fatalf("%s to %s gave %s and the event %s %s", before.Status, to, p.Status, event.Name, event.Status)
	case !p.UpdatedAt.After(before.UpdatedAt) || !event.At.Equal(p.UpdatedAt):
		t.Fatalf("%s to %s did not move the time on", before.Status, to)
	case (p.Verdict != nil) != p.Status.Completed():
		t.Fatalf("%s has the verdict %v", p.Status, p.Verdict)
	case (p.Failure != nil) != (p.Status == idv.StatusFailed):
		t.Fatalf("%s has the failure %v", p.Status, p.Failure)
	}
}

func TestFinalLeadsNowhere(t *testing.T) {
	t.Parallel()
	all := []idv.Status{
		idv.StatusPending, idv.StatusProcessing, idv.StatusAccepted, idv.StatusRejected,
		idv.StatusInconclusive, idv.StatusCanceled, idv.StatusFailed, "", "unknown",
	}
	for _, from := range all {
		for _, to := range all {
			if got, want := from.Leads(to), slices.Contains(edges[from], to); got != want {
				t.Errorf("Leads(%q, %q) is %v, want %v", from, to, got, want)
			}
			if from.Final() && from.Leads(to) {
				t.Errorf("%q is final and leads to %q", from, to)
			}
		}
	}
}
