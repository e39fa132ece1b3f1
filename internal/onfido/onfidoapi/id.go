package onfidoapi

import (
	"errors"
	"regexp"
)

var id = regexp.MustCompile(`^[0-9a-zA-Z_-]{1,64}$`)

// ValidID says whether a text has the form of an id of Onfido's. Nothing else is
// ever put into a path.
func ValidID(s string) bool { return id.MatchString(s) }

// resource gives the path of one resource of a kind.
func resource(kind, id string) (string, error) {
	if !ValidID(id) {
		return "", unsent(errors.New("what should be an id of Onfido's has not the form of one"))
	}
	return "/" + kind + "/" + id, nil
}

// identified is something that Onfido gave an id.
type identified interface{ identity() string }

// usable refuses an answer in which something has no id that could be used
// later: after a POST that leaves the call in doubt.
func usable[T identified](answered ...T) error {
	for _, a := range answered {
		if !ValidID(a.identity()) {
			return errors.New("the answer has no usable id")
		}
	}
	return nil
}
