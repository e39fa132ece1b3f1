package onfidoapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// NewSDKToken says for whom a token is, and who may use it: an app or a page.
type NewSDKToken struct {
	ApplicantID string `json:"applicant_id"`
	// ApplicationID is an iOS bundle id or an Android application id.
	ApplicationID string `json:"application_id,omitempty"`
	// Referrer is a pattern of the page's address, such as https://*.example.com/*.
	Referrer string `json:"referrer,omitempty"`
}

// The form of a token (Onfido contract section 4), and our bound on it.
var sdkToken = regexp.MustCompile(`^[0-9A-Za-z._-]+$`)

const maxSDKToken = 16 << 10

// CreateSDKToken mints a token with which Onfido's own software uploads what
// belongs to one person. It is good for 90 minutes. Asking again does no harm.
func (c *Client) CreateSDKToken(ctx context.Context, n NewSDKToken) (string, error) {
	var answer struct {
		Token string `json:"token"`
	}
	r, err := call{what: "creating an SDK token", method: http.MethodPost, path: "/sdk_token", into: &answer}.sendJSON(n)
	if err != nil {
		return "", err
	}
	if _, err := c.do(ctx, r); err != nil {
		return "", err
	}
	if len(answer.Token) > maxSDKToken || !sdkToken.MatchString(answer.Token) {
		return "", errors.New("creating an SDK token: the answer has no usable token")
	}
	return answer.Token, nil
}

// Challenge is what a person has to do in a live video.
type Challenge struct {
	ID    string          `json:"id"`
	Tasks []ChallengeTask `json:"challenge"`
}

func (c Challenge) identity() string { return c.ID }

// ChallengeTask is one part of it (Onfido contract section 5): recite with a
// Query of digits, or movement with turnLeft or turnRight.
type ChallengeTask struct {
	Type  string          `json:"type"`
	Query json.RawMessage `json:"query"`
}

// NewChallenge asks for a challenge as the SDKs do. The address is not one of
// the documented API (Onfido Web SDK page section 2).
func (c *Client) NewChallenge(ctx context.Context, sdkToken string) (Challenge, error) {
	var answer struct {
		Data Challenge `json:"data"`
	}
	_, err := c.do(ctx, call{
		what: "asking for a challenge", method: http.MethodPost, path: "/v3/live_video_challenge", sdkToken: sdkToken, into: &answer,
	})
	if err != nil {
		return Challenge{}, err
	}
	return answer.Data, usable(answer.Data)
}

// NewLiveVideo is a film in which a person does what a challenge asks for.
type NewLiveVideo struct {
	// SDKToken is one of that person.
	SDKToken  string
	Challenge Challenge
	// SwitchedAt is when in the film the second task began.
	SwitchedAt time.Duration
	// Language is that of the tasks, such as de.
	Language string
	File     File
}

// UploadLiveVideo stores a film as the SDKs do. The address is not one of the
// documented API (Onfido Web SDK page section 2). It is not safe to repeat.
func (c *Client) UploadLiveVideo(ctx context.Context, v NewLiveVideo) (Media, error) {
	var answer Media
	const what = "uploading a live video"
	challenge, err := json.Marshal(v.Challenge.Tasks)
	if err != nil {
		return answer, unsent(fmt.Errorf("%s: %w", what, err))
	}
	languages, err := json.Marshal([]map[string]string{{"source": "sdk", "language_code": v.Language}})
	if err != nil {
		return answer, unsent(fmt.Errorf("%s: %w", what, err))
	}
	err = c.upload(ctx, call{what: what, path: "/v3/live_videos", sdkToken: v.SDKToken, into: &answer}, v.File,
		field{"challenge", string(challenge)}, field{"challenge_id", v.Challenge.ID},
		field{"challenge_switch_at", strconv.FormatInt(v.SwitchedAt.Milliseconds(), 10)}, field{"languages", string(languages)})
	if err != nil {
		return answer, err
	}
	return answer, usable(answer)
}
