package kms

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"
	_ "gocloud.dev/secrets/awskms"        // awskms://
	_ "gocloud.dev/secrets/azurekeyvault" // azurekeyvault://
	_ "gocloud.dev/secrets/gcpkms"        // gcpkms://
)

// Key is a key in a KMS. It is asked when a server starts and when the key file
// changes, so nothing is kept open between two questions.
type Key struct{ url string }

// New takes the URL of a key, as Go CDK spells it, and asks nobody yet. Its error
// does not repeat the URL.
func New(address string) (Key, error) {
	u, err := url.Parse(address)
	if mux := secrets.DefaultURLMux(); err != nil || !mux.ValidKeeperScheme(u.Scheme) {
		return Key{}, fmt.Errorf("the URL of a KMS begins with one of %s://", strings.Join(mux.KeeperSchemes(), "://, "))
	}
	return Key{address}, nil
}

// Scheme names the KMS, such as awskms.
func (k Key) Scheme() string {
	scheme, _, _ := strings.Cut(k.url, ":")
	return scheme
}

// Encrypt lets the KMS encrypt up to 190 bytes, the least that all of them take.
func (k Key) Encrypt(ctx context.Context, plain []byte) ([]byte, error) {
	return k.ask(ctx, plain, (*secrets.Keeper).Encrypt)
}

// Decrypt gives back what Encrypt was given.
func (k Key) Decrypt(ctx context.Context, sealed []byte) ([]byte, error) {
	return k.ask(ctx, sealed, (*secrets.Keeper).Decrypt)
}

func (k Key) ask(ctx context.Context, what []byte, how func(*secrets.Keeper, context.Context, []byte) ([]byte, error)) (out []byte, err error) {
	// Google's client is made once for the process and must outlive ctx.
	keeper, err := secrets.OpenKeeper(context.WithoutCancel(ctx), k.url)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", k.Scheme(), err)
	}
	defer func() { err = errors.Join(err, keeper.Close()) }()
	out, err = how(keeper, ctx, what)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.Scheme(), said(err), err)
	}
	return out, nil
}

// said puts the kind of an error into words. Go CDK does not tell a refusal of
// AWS from other errors; its own code does.
func said(err error) string {
	if aws, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok && aws.ErrorCode() == "AccessDeniedException" {
		return "refuses us the key"
	}
	switch gcerrors.Code(err) {
	case gcerrors.PermissionDenied:
		return "refuses us the key"
	case gcerrors.NotFound:
		return "does not know the key"
	case gcerrors.InvalidArgument:
		return "cannot open what another key has wrapped"
	case gcerrors.DeadlineExceeded:
		return "did not answer in time"
	default:
		return "failed"
	}
}
