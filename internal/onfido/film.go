package onfido

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/onfido/onfidoapi"
)

// TakesFilms says whether films are sent to the addresses of the SDKs.
func (c *Connector) TakesFilms() bool { return c.films }

// errNoFilms is the misuse of a Filmer that takes none.
var errNoFilms = errors.New("this installation sends no films to Onfido")

// Pose makes the applicant and asks Onfido for a challenge, as its SDKs do.
func (c *Connector) Pose(ctx context.Context, k idv.Case) (idv.Challenge, error) {
	if !c.films {
		return idv.Challenge{}, errNoFilms
	}
	token, err := c.Admit(ctx, k, idv.Software{})
	if err != nil {
		return idv.Challenge{}, err
	}
	posed, err := c.api.NewChallenge(ctx, token.Reveal())
	if err != nil {
		return idv.Challenge{}, err
	}
	return readChallenge(posed)
}

// uploadFilm brings a film as the SDKs do, with the challenge that it answers.
func (c *Connector) uploadFilm(ctx context.Context, k idv.Case, applicant string, image idv.Image) (ref string, err error) {
	if !c.films {
		return "", errNoFilms // the operator can mend it
	}
	if k.Film == nil || k.Film.Blob != image.Blob {
		return "", &idv.Failure{Type: idv.FailCapture, Message: "the film does not answer the challenge that was posed"}
	}
	if ref := k.Journal.Step(stepLiveVideo).Ref; ref != "" {
		return ref, nil
	}
	token, err := c.api.CreateSDKToken(ctx, onfidoapi.NewSDKToken{ApplicantID: applicant})
	if err != nil {
		return "", err
	}
	return c.once(ctx, k.Journal, creation{
		step: stepLiveVideo,
		post: func(ctx context.Context) (ref string, err error) {
			return send(ctx, k, image, func(f onfidoapi.File) (string, error) {
				v, err := c.api.UploadLiveVideo(ctx, onfidoapi.NewLiveVideo{
					SDKToken: token, Challenge: writeChallenge(k.Film.Challenge),
					SwitchedAt: k.Film.SwitchedAt, Language: k.Film.Language, File: f,
				})
				return v.ID, err
			})
		},
		find: func(ctx context.Context, _ time.Time) (string, error) {
			films, err := c.api.Media(ctx, onfidoapi.LiveVideos, applicant)
			at := slices.IndexFunc(films, func(v onfidoapi.Media) bool { return v.FileName == fileName(image) && v.FileSize == image.Size })
			if err != nil || at < 0 {
				return "", err
			}
			return films[at].ID, nil
		},
	})
}

// Onfido's words in a challenge (Onfido contract section 5).
const (
	wordRecite   = "recite"
	wordMovement = "movement"
	wordLeft     = "turnLeft"
	wordRight    = "turnRight"
)

// readChallenge fails for a challenge that no page of ours could show.
func readChallenge(posed onfidoapi.Challenge) (idv.Challenge, error) {
	c := idv.Challenge{Ref: posed.ID}
	for _, p := range posed.Tasks {
		task, known := readTask(p)
		if !known {
			return c, errors.New("the challenge has a task that is not known")
		}
		c.Tasks = append(c.Tasks, task)
	}
	if len(c.Tasks) == 0 {
		return c, errors.New("the challenge has no task")
	}
	return c, nil
}

func readTask(p onfidoapi.ChallengeTask) (task idv.Task, known bool) {
	switch p.Type {
	case wordRecite:
		task.Kind = idv.TaskRecite
		err := json.Unmarshal(p.Query, &task.Digits)
		return task, err == nil && len(task.Digits) > 0
	case wordMovement:
		var word string
		err := json.Unmarshal(p.Query, &word)
		task.Kind, task.Side = idv.TaskTurn, sideOf(word)
		return task, err == nil && task.Side != ""
	default:
		return task, false
	}
}

func sideOf(word string) idv.Side {
	return map[string]idv.Side{wordLeft: idv.Left, wordRight: idv.Right}[word]
}

// writeChallenge is the other way round: Onfido wants to hear what it asked.
func writeChallenge(c idv.Challenge) onfidoapi.Challenge {
	posed := onfidoapi.Challenge{ID: c.Ref}
	for _, task := range c.Tasks {
		word, query := wordRecite, any(task.Digits)
		if task.Kind == idv.TaskTurn {
			word, query = wordMovement, wordLeft
			if task.Side == idv.Right {
				query = wordRight
			}
		}
		text, _ := json.Marshal(query) // numbers and words always encode
		posed.Tasks = append(posed.Tasks, onfidoapi.ChallengeTask{Type: word, Query: text})
	}
	return posed
}
