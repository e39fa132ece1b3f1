package onfido

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// meaning says what an error of Onfido's means for a process: a *Failure of the
// given type when repeating cannot mend it, otherwise a *Later where something
// is known of the time. Errors that already have a meaning keep it.
func meaning(err error, refused idv.FailureType) error {
	if _, known := errors.AsType[*idv.Later](err); known {
		return err
	}
	answer, ok := errors.AsType[*onfidoapi.Error](err)
	if !ok {
		return err
	}
	outcome := onfidoapi.OutcomeOf(err)
	switch {
	case answer.Status == http.StatusTooManyRequests:
		return &idv.Later{After: cmp.Or(answer.RetryAfter, 30*time.Second), Err: err}
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusForbidden:
		return &idv.Later{After: time.Minute, Err: err} // the operator can mend the token
	case outcome != onfidoapi.Refused:
		return err
	case answer.Status == http.StatusNotFound, answer.Status == http.StatusGone:
		return &idv.Failure{Type: idv.FailProvider, Message: answer.Detail()}
	default:
		return &idv.Failure{Type: refused, Message: answer.Detail()}
	}
}

// retryAfter is how long Onfido asks to wait, zero when it does not.
func retryAfter(err error) time.Duration {
	if answer, ok := errors.AsType[*onfidoapi.Error](err); ok {
		return answer.RetryAfter
	}
	return 0
}
