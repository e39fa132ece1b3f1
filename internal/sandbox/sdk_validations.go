package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/dossier-id/dossier/internal/sandbox/evidence"
	"github.com/dossier-id/dossier/internal/sandbox/upload"
	"github.com/dossier-id/dossier/internal/vision/quality"
)

// validation is what an SDK asks to be looked for in the picture of a document while the end-user waits.
type validation struct {
	name    string
	problem quality.Problem
	text    string // of the refusal (Onfido contract section 5)
}

// validations are those that are looked for. detect_document is taken and never refuses: what the sandbox does not
// recognise may be a document all the same.
func validations() []validation {
	return []validation{
		{"detect_cutoff", quality.CutOff, "cutoff document detected in image"},
		{"detect_glare", quality.Glare, "glare found in image"},
		{"detect_blur", quality.Blurred, "blur detected in image"},
	}
}

// validated is what came of it: what was seen, nil when nobody looked, and the warnings for the SDK.
type validated struct {
	view     *evidence.View
	warnings map[string]any
}

// validate looks at a document for what sdk_validations asks: "error" refuses it, "warn" lets it through with a
// warning. Only with a live token, and not while a scenario waits for the next document.
func (s *Sandbox) validate(ctx context.Context, form *upload.Form) (validated, error) {
	var asked map[string]string
	if json.Unmarshal([]byte(form.Fields["sdk_validations"]), &asked) != nil || len(asked) == 0 || !s.looks() || s.forces(nextDocument) {
		return validated{}, nil
	}
	ctx, cancel := s.untilClosed(ctx)
	defer cancel()
	v, err := s.eye.Look(ctx, form.Data, s.clock.Now())
	switch {
	case ctx.Err() != nil:
		return validated{}, badRequest("The request was given up")
	case errors.Is(err, context.DeadlineExceeded):
		return validated{}, nil // it is taken as it is
	case err != nil:
		return validated{}, err
	}
	out, wrong := validated{v, map[string]any{}}, problems{}
	for _, look := range validations() {
		found := slices.Contains(v.Problems, look.problem)
		switch asked[look.name] {
		case "error":
			if found {
				wrong.add(look.name, look.text)
			}
		case "warn":
			out.warnings[look.name] = map[string]bool{"valid": !found}
		}
	}
	return out, wrong.err()
}

// uploadedDocument is a document as an SDK that asked for warnings gets it.
type uploadedDocument struct {
	document
	Warnings map[string]any `json:"sdk_warnings,omitempty"`
}
