package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/dossier-id/dossier/internal/config"
	"github.com/dossier-id/dossier/internal/idv"
	"github.com/dossier-id/dossier/internal/seal"
)

type keyCommand struct {
	List   keyList   `cmd:"" help:"List the key-encryption keys and how much each of them seals."`
	Rotate keyRotate `cmd:"" help:"Make a new key-encryption key, under which everything is sealed from now on. Servers need no restart."`
	Rewrap keyRewrap `cmd:"" help:"Seal by the newest key what older ones seal. A server does it by itself within an hour."`
	Drop   keyDrop   `cmd:"" help:"Take a key that seals nothing any more out of the key file."`
	Wrap   keyWrap   `cmd:"" help:"Let a KMS wrap a key file that is in clear, or that another KMS has wrapped."`
}

type keyList struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// Run lists the keys.
func (c keyList) Run(w world) error {
	return beside(w, c.Config, func(b *base) error {
		counts, err := b.db.Wrapped(w.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KEY\tSEALS\t")
		for _, k := range b.sealer.Keys() {
			fmt.Fprintf(table, "%v\t%d values\t%s\n", k.ID, counts[k.ID], map[bool]string{true: "and all that is new"}[k.Primary])
		}
		return table.Flush()
	})
}

type keyRotate struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// Run makes a new key. Where the keys are in the environment it can only print
// the new value.
func (c keyRotate) Run(w world) error {
	cfg, err := config.LoadOffline(c.Config, w.lookup)
	if err != nil {
		return err
	}
	return beside(w, c.Config, func(b *base) error {
		id, printed, err := rotateKeys(cfg)
		if err != nil {
			return err
		}
		err = b.db.Note(w.ctx, idv.Record{At: time.Now(), Action: idv.ActionKeyRotated, Subject: id.String()})
		if err != nil {
			return err
		}
		if printed != "" {
			_, err = fmt.Fprintf(w.out, "DOSSIER_KEY=%s\n", printed)
			fmt.Fprintln(w.err, "Give every server this value and start it anew; the keys before go on opening what they sealed.")
			return err
		}
		_, err = fmt.Fprintf(w.out, "made the key %v\n", id)
		fmt.Fprintln(w.err, "Back the key file up now, apart from the database.")
		return err
	})
}

func rotateKeys(cfg *config.Config) (id seal.KeyID, printed string, err error) {
	if cfg.Key != "" {
		printed, id, err = seal.RotateKeys(cfg.Key.Reveal())
		return id, printed, err
	}
	file, err := keyFile(cfg)
	if err == nil {
		id, err = file.Rotate()
	}
	return id, "", err
}

type keyRewrap struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
}

// Run seals everything by the newest key.
func (c keyRewrap) Run(w world) error {
	return beside(w, c.Config, func(b *base) error {
		n, err := b.db.Rewrap(w.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w.out, "%d values are sealed by the newest key now\n", n)
		return err
	})
}

// dropAfter is how long a request may go on with the key that it began with.
const dropAfter = time.Minute

type keyDrop struct {
	Config string `help:"The server's configuration file; the environment wins over it." placeholder:"FILE" env:"DOSSIER_CONFIG"`
	ID     string `arg:"" help:"The key's id."`
}

// Run drops a key that is not needed.
func (c keyDrop) Run(w world) error {
	cfg, err := config.LoadOffline(c.Config, w.lookup)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(c.ID, 16, 32)
	if err != nil {
		return errors.New("the id of a key has eight hex digits: see `dossier key list`")
	}
	if cfg.Key != "" {
		return errors.New("the keys are in DOSSIER_KEY: put them into a file to drop one")
	}
	id := seal.KeyID(n)
	return beside(w, c.Config, func(b *base) error {
		if changed, err := os.Stat(cfg.KeyFile); err != nil || time.Since(changed.ModTime()) < dropAfter {
			return joined(errors.New("the keys were changed less than a minute ago, and a request may still be sealing by an older one: wait a minute"), err)
		}
		file, err := keyFile(cfg)
		if err != nil {
			return err
		}
		if err := b.db.DropKey(w.ctx, id, func() error { return file.Drop(id) }); err != nil {
			return err
		}
		if err := b.db.Note(w.ctx, idv.Record{At: time.Now(), Action: idv.ActionKeyDropped, Subject: id.String()}); err != nil {
			return err
		}
		_, err = fmt.Fprintln(w.out, "dropped the key", id)
		return err
	})
}
