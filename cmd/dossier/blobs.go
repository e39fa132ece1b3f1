package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/dossier-id/dossier/internal/blob"
	"github.com/dossier-id/dossier/internal/blob/cloud"
	"github.com/dossier-id/dossier/internal/config"
)

// bucket is where the ciphertext of blobs lies.
type bucket interface {
	blob.Bucket
	io.Closer
	// Ready says why nothing can be stored now, or nil.
	Ready(ctx context.Context) error
}

// openBucket opens the bucket of the settings.
func openBucket(ctx context.Context, c *config.Config) (bucket, error) {
	if c.Blobs == "" {
		folder, err := blob.OpenFolder(filepath.Join(c.Data, "blobs"))
		if err != nil {
			return nil, fmt.Errorf("open the blob store: %w", err)
		}
		return folder, nil
	}
	opened, err := cloud.Open(ctx, c.Blobs)
	if err != nil {
		return nil, fmt.Errorf("open the blob store: DOSSIER_BLOBS: %w", err)
	}
	return opened, nil
}

// usableBlobs checks the form of DOSSIER_BLOBS.
func usableBlobs(c *config.Config) error {
	if c.Blobs == "" {
		return nil
	}
	if err := cloud.Check(c.Blobs); err != nil {
		return fmt.Errorf("DOSSIER_BLOBS %w", err)
	}
	return nil
}
