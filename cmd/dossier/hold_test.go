package main

import (
	"net/http"
	"testing"

	"github.com/dossier-id/dossier/client"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/store"
)

// TestALegalHoldByTheAPI: what is held is listed and cannot be deleted, a second
// hold does not begin anew, and the trail says who held it, why, and who released it.
func TestALegalHoldByTheAPI(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(s *stack) {
		ctx := s.t.Context()
		ref := s.pendingProcess(passportOrder(), client.UserData{FirstName: "Anna"}, "front")
		s.dossierOf("beside it")
		hold := "/assure/dossiers/" + ref.DossierID + "/hold"
		s.wantRefusal(s.call(s.token(), http.MethodPut, hold, `{"reason":"  "}`), 400, "invalid_request", "reason")
		s.wantRefusal(s.call(s.token(), http.MethodPut, hold, `{}`), 400, "invalid_request", "reason")
		check(s.t, s.api.HoldDossier(ctx, ref.DossierID, "ordered by a court"))
		held := s.held()
		if len(held) != 1 || held[0].DossierID != ref.DossierID || held[0].HeldSince.IsZero() {
			s.t.Fatalf("under a hold are %+v", held)
		}
		for _, path := range []string{"/assure/dossiers/" + ref.DossierID, pathOf(ref)} {
			s.wantRefusal(s.call(s.token(), http.MethodDelete, path, ""), 409, "invalid_state")
		}
		check(s.t, s.api.HoldDossier(ctx, ref.DossierID, "and by another"))
		if again := s.held(); !again[0].HeldSince.Equal(held[0].HeldSince) {
			s.t.Errorf("held since %v, and then since %v", held[0].HeldSince, again[0].HeldSince)
		}
		check(s.t, s.api.ReleaseDossier(ctx, ref.DossierID))
		if d, err := s.api.GetDossier(ctx, ref.DossierID); err != nil || !d.HeldSince.IsZero() || len(s.held()) > 0 {
			s.t.Errorf("released: %+v, %v", d, err)
		}
		s.wantHoldsRecorded(ref.DossierID, "hold.set ordered by a court", "hold.set and by another", "hold.released ")
		check(s.t, s.api.DeleteDossier(ctx, ref.DossierID))
	})
}

// held gives the dossiers under a legal hold.
func (s *stack) held() (all []*client.Dossier) {
	s.t.Helper()
	for d, err := range s.api.HeldDossiers(s.t.Context()) {
		check(s.t, err)
		all = append(all, d)
	}
	return all
}

// wantHoldsRecorded demands what the trail says of the holds of a dossier, oldest
// first, and that the client has done it.
func (s *stack) wantHoldsRecorded(dossier string, want ...string) {
	s.t.Helper()
	trail, err := s.server.use.Trail(s.t.Context(), store.DefaultTenant, idv.TrailQuery{Limit: 200, Dossier: dossier})
	check(s.t, err)
	for _, r := range trail { // newest first
		if r.Action != idv.ActionHoldSet && r.Action != idv.ActionHoldReleased {
			continue
		}
		last := len(want) - 1
		if said := string(r.Action) + " " + r.Detail.Reveal(); last < 0 || said != want[last] || r.Actor != (idv.Actor{Kind: idv.ActorClient, ID: s.config.ID}) {
			s.t.Fatalf("the trail says %q by %v, want %q by the client", said, r.Actor, want)
		}
		want = want[:last]
	}
	if len(want) > 0 {
		s.t.Errorf("the trail lacks %q", want)
	}
}
