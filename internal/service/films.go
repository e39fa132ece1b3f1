package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// TakesFilms says whether our own pages can take the film of a documentVideo
// process. Where they cannot, the provider's own software has to (PathSDK).
func (s *Service) TakesFilms() bool { return s.filmer() != nil }

// filmer is nil for a provider that takes no films from us.
func (s *Service) filmer() idv.Filmer {
	if filmer, can := s.Provider.(idv.Filmer); can && filmer.TakesFilms() {
		return filmer
	}
	return nil
}

// Pose gives what the end-user of a pending process is to do before the camera.
// Each call poses another challenge; only the last one can be answered.
func (s *Service) Pose(ctx context.Context, k idv.ProcessKey) (*idv.Challenge, error) {
	filmer := s.filmer()
	if filmer == nil {
		return nil, idv.Refuse(idv.CodeNotSupported, "this installation takes no films in its own pages")
	}
	film := &idv.Film{}
	err := s.askForPending(ctx, k, "pose a challenge", func(ctx context.Context, c idv.Case) (err error) {
		film.Challenge, err = filmer.Pose(ctx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(tx idv.Tx) error { return tx.PutFilm(ctx, k, film) })
	if err != nil {
		return nil, fmt.Errorf("store the challenge: %w", err)
	}
	return &film.Challenge, nil
}

// FilmAnswer is what a page says of the film it sends.
type FilmAnswer struct {
	// Challenge is the Ref of the challenge that the film answers.
	Challenge string
	// SwitchedAt is when in the film the second task was shown.
	SwitchedAt time.Duration
	// Language is that of the tasks as they were shown, such as de or pt_BR.
	Language string
}

// maxFilmLength bounds SwitchedAt.
const maxFilmLength = 5 * time.Minute

// SetVideo stores the film of a pending process: WebM, MP4 or QuickTime of at most
// idv.MaxFilmBytes. It has to answer the challenge that was posed last.
func (s *Service) SetVideo(ctx context.Context, k idv.ProcessKey, a FilmAnswer, body io.Reader) error {
	if _, err := s.pending(ctx, k); err != nil {
		return err
	}
	if a.SwitchedAt < 0 || a.SwitchedAt > maxFilmLength || len(a.Language) > 16 {
		return idv.Refuse(idv.CodeInvalid, "what is said of the film is not valid")
	}
	b := &batch{service: s, key: k}
	err := b.addFilm(ctx, body)
	if err == nil {
		err = b.answer(ctx, a)
	}
	if err != nil {
		b.discard(context.WithoutCancel(ctx))
	}
	return err
}

// addFilm stores the bytes of a film.
func (b *batch) addFilm(ctx context.Context, body io.Reader) error {
	film := b.blank(idv.Video)
	head := make([]byte, 12)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read the film: %w", err)
	}
	if film.MediaType = idv.FilmType(head[:n]); film.MediaType == "" {
		return idv.Refuse(idv.CodeUnsupportedImage, "a film must be WebM, MP4 or QuickTime by its content",
			idv.InvalidParam{Name: string(idv.Video), Reason: "is not a film"})
	}
	counted := &counter{r: io.MultiReader(bytes.NewReader(head[:n]), body), most: b.mostFilm()}
	if err := b.service.Blobs.Put(ctx, idv.BlobOf(film), counted); err != nil {
		if counted.n > counted.most {
			return idv.Refuse(idv.CodeTooLarge, "the film is too large", idv.InvalidParam{Name: string(idv.Video), Reason: "is too large"})
		}
		return fmt.Errorf("store the film: %w", err)
	}
	film.Size = counted.n
	b.images = append(b.images, film)
	return nil
}

// answer makes the film that of the process, if it answers the challenge.
func (b *batch) answer(ctx context.Context, a FilmAnswer) error {
	return b.service.Store.Update(ctx, func(tx idv.Tx) error {
		v, err := view(ctx, tx, b.key)
		if err != nil {
			return err
		}
		if v.Status != idv.StatusPending {
			return idv.InvalidState("set the video", v.Status)
		}
		film, err := tx.Film(ctx, b.key.Tenant, b.key.Process)
		if err != nil {
			return err
		}
		if film == nil || film.Challenge.Ref != a.Challenge {
			return idv.Refuse(idv.CodeInvalid, "the film does not answer the challenge that was posed last",
				idv.InvalidParam{Name: "challenge", Reason: "is not the last one"})
		}
		film.Blob, film.SwitchedAt, film.Language = b.images[0].Blob, a.SwitchedAt, a.Language
		if err := tx.PutFilm(ctx, b.key, film); err != nil {
			return err
		}
		v.UpdatedAt = b.service.now()
		if err := tx.PutImages(ctx, v.Process, b.images, b.replaced(v.all())); err != nil {
			return err
		}
		return b.record(ctx, tx, idv.ActionVideoSet)
	})
}

// counter counts the bytes that pass through, and fails beyond the most that may.
type counter struct {
	r       io.Reader
	n, most int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.n += int64(n); c.n > c.most {
		return 0, errTooLarge
	}
	return n, err
}
