package webhook

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/dossier-id/dossier/internal/idv"
)

// secretBytes is the size of a secret: Standard Webhooks 1.0 asks for 24 to 64.
const secretBytes = 32

// NewSecret makes a secret of random bytes, as text that begins with whsec_.
func NewSecret(random io.Reader) (idv.Personal, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return idv.Personal("whsec_" + base64.StdEncoding.EncodeToString(b)), nil
}

// Sign sets the three headers of Standard Webhooks 1.0 for a body: the same id
// at every try, the time of this try, and a signature by each secret.
func Sign(h http.Header, id string, now time.Time, body []byte, secrets []idv.Personal) error {
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret.Reveal())
		if err != nil { // The cause could quote the secret.
			return fmt.Errorf("secret %d of the subscription is not base64", i+1)
		}
		if signatures[i], err = key.Sign(id, now, body); err != nil {
			return fmt.Errorf("sign the event: %w", err)
		}
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
