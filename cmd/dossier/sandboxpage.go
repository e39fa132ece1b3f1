package main

import (
	"fmt"
	"io"

	"github.com/dossier-id/dossier/internal/sandbox/panel"
	"github.com/dossier-id/dossier/internal/specimen"
)

// drawnSpecimens lets the sandbox's page draw: the sandbox itself knows nothing of specimens.
func drawnSpecimens() panel.Specimens {
	s := panel.Specimens{Draw: drawSpecimen}
	for _, t := range specimen.Types() {
		kind := panel.Kind{Name: string(t), Sides: specimen.Sides(t)}
		for _, f := range specimen.Flaws(t) {
			kind.Flaws = append(kind.Flaws, string(f))
		}
		s.Kinds = append(s.Kinds, kind)
	}
	return s
}

func drawSpecimen(w io.Writer, wish panel.Wish) error {
	o := specimen.Order{Type: specimen.Type(wish.Type), Side: wish.Side, Level: wish.Level, Seed: wish.Seed}
	if wish.Flaw != "" {
		o.Flaws = []specimen.Flaw{specimen.Flaw(wish.Flaw)}
	}
	return specimen.JPEG(w, o)
}

// page is the address of the sandbox's page. The token is behind "#": the browser keeps that to itself and to the
// page, which logs in with it.
func (s *runningSandbox) page() string {
	return fmt.Sprintf("http://%s%slogin#token=%s", s.addr, panel.Below, s.Token())
}
