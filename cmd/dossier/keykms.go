package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
	"github.com/dossier-id/dossier/internal/seal/kms"
)

// keyFile is the key file with what guards it.
func keyFile(c *config.Config) (seal.KeyFile, error) {
	f := seal.KeyFile{Path: c.KeyFile}
	if c.KeyKMS == "" {
		return f, nil
	}
	key, err := kms.New(c.KeyKMS.Reveal())
	if err != nil {
		return f, fmt.Errorf("DOSSIER_KEY_KMS: %w", err)
	}
	f.KMS = key
	return f, nil
}

// usableKeyFile says what is wrong with the key file; the first start makes a
// missing one.
func usableKeyFile(c *config.Config) error {
	f, err := keyFile(c)
	if err != nil {
		return err
	}
	if _, err = f.Open(); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return explainKeys(err)
}

// explainKeys says what to do about a key file and a KMS that do not fit.
func explainKeys(err error) error {
	switch {
	case errors.Is(err, seal.ErrWrapped):
		return fmt.Errorf("%w in DOSSIER_KEY_KMS", err)
	case errors.Is(err, seal.ErrNotWrapped):
		return fmt.Errorf("%w: run `dossier key wrap`", err)
	default:
		return err
	}
}

type keyWrap struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	From   string `help:"URL of the key that wraps the file now; without it the file is in clear." placeholder:"URL"`
}

// Run lets the KMS of the configuration wrap the key file.
func (c keyWrap) Run(w world) error {
	cfg, err := config.LoadOffline(c.Config, w.lookup)
	if err != nil {
		return err
	}
	if cfg.KeyKMS == "" {
		return errors.New("DOSSIER_KEY_KMS is required: the URL of the key that is to wrap the key file")
	}
	by, err := c.wrap(cfg)
	if err != nil {
		return err
	}
	return beside(w, c.Config, func(b *base) error {
		err := b.db.Note(w.ctx, idv.Record{At: time.Now(), Action: idv.ActionKeyWrapped, Subject: by})
		if err != nil {
			return err
		}
		fmt.Fprintln(w.err, "Start every server anew with DOSSIER_KEY_KMS, and destroy copies of the key file that were made before.")
		_, err = fmt.Fprintln(w.out, "the key file is wrapped by", by)
		return err
	})
}

// wrap wraps the key file and names what wraps it now.
func (c keyWrap) wrap(cfg *config.Config) (string, error) {
	by, err := kms.New(cfg.KeyKMS.Reveal())
	if err != nil {
		return "", fmt.Errorf("DOSSIER_KEY_KMS: %w", err)
	}
	var from seal.KMS
	if c.From != "" {
		key, err := kms.New(c.From)
		if err != nil {
			return "", fmt.Errorf("--from: %w", err)
		}
		from = key
	}
	err = seal.KeyFile{Path: cfg.KeyFile, KMS: by}.Wrap(from)
	if errors.Is(err, seal.ErrWrapped) {
		err = errors.New("the key file is wrapped already: name in --from what wraps it")
	}
	return by.Scheme(), err
}
