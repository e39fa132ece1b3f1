package service

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

// Config is what the use cases are made of. Everything but the times and
// LeaveImages is required.
type Config struct {
	Store    idv.Store
	Blobs    idv.Blobs
	Provider idv.Provider
	Log      *slog.Logger
	// Now gives the time, NewID a fresh lower-case UUID.
	Now   func() time.Time
	NewID func() string
	// CheckURL says why an address of a customer's may not be called, or nil.
	CheckURL func(url string) error
	// NewSecret makes a secret that signs what is sent to a subscription.
	NewSecret func() (idv.Personal, error)
	// NewLink makes the secret of a capture link: 256 random bits as text.
	NewLink func() (idv.Personal, error)
	// Texts knows the catalogues of the capture pages.
	Texts idv.CaptureTexts

	// LeaveImages leaves images that the provider's own software has brought to the
	// provider where they are.
	LeaveImages bool
	// Policies say how long what is kept; none keeps everything.
	Policies Policies

	// GiveUpAfter is how long a started verification may take before it fails
	// with provider_timeout; default 24 h.
	GiveUpAfter time.Duration
	// PendingFor is how long a process may wait to be started before it fails with
	// expired; default 7 days.
	PendingFor time.Duration
	// PrepareTimeout is how long Start waits for the provider's word before it
	// goes on in the background; default 5 s.
	PrepareTimeout time.Duration
	// LeaseFor is how long a worker owns a process without a sign of life;
	// longer than the longest call to the provider; default 45 s.
	LeaseFor time.Duration
	// WorkEach is how long a verification keeps the provider busy at the full rate
	// of its limit, for tenants to be served in turns; zero means that they are
	// served in the order they come.
	WorkEach time.Duration
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Config }

// New makes the use cases.
func New(c Config) *Service {
	c.GiveUpAfter = orDefault(c.GiveUpAfter, 24*time.Hour)
	c.PendingFor = orDefault(c.PendingFor, 7*24*time.Hour)
	c.PrepareTimeout = orDefault(c.PrepareTimeout, 5*time.Second)
	c.LeaseFor = orDefault(c.LeaseFor, 45*time.Second)
	return &Service{c}
}

func orDefault(d, def time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return def
}

// now gives the time as it is stored and shown: UTC, to the microsecond, which
// both databases keep.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// View is a process with what belongs to it.
type View struct {
	*idv.Process
	// Images are those of idv.Depictions, in their order.
	Images []idv.Image
	// Video is nil while there is none.
	Video *idv.Image
}

// all are the images and the video.
func (v *View) all() []idv.Image {
	if v.Video == nil {
		return v.Images
	}
	return append(slices.Clone(v.Images), *v.Video)
}

// view reads a process for showing.
func view(ctx context.Context, r idv.Reader, k idv.ProcessKey) (*View, error) {
	p, err := r.Process(ctx, k.Tenant, k.Dossier, k.Process)
	if err != nil {
		return nil, err
	}
	return withImages(ctx, r, p)
}

func withImages(ctx context.Context, r idv.Reader, p *idv.Process) (*View, error) {
	images, err := r.Images(ctx, p.TenantID, p.ID)
	if err != nil {
		return nil, err
	}
	return viewOf(p, images), nil
}

// viewOf shows a process with its images; a video comes last among them.
func viewOf(p *idv.Process, images []idv.Image) *View {
	v := &View{Process: p, Images: images}
	if last := len(images) - 1; last >= 0 && images[last].Depiction == idv.Video {
		v.Images, v.Video = images[:last], &images[last]
	}
	return v
}
