package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// File is an image that belongs to the end-user and not to one process (Assure
// contract section 1, files in dossier).
type File struct {
	// Name is front, back or selfie.
	Name      string    `json:"name"`
	MediaType string    `json:"mediaType"`
	Size      int64     `json:"size"`
	CreatedAt time.Time `json:"createdAt"`
}

func filesPath(dossierID string, name ...string) string {
	return path(append([]string{"dossiers", dossierID, "files"}, name...)...)
}

// Files lists the files of a dossier.
func (c *Client) Files(ctx context.Context, dossierID string) (files []File, err error) {
	if err := c.exchange(ctx, http.MethodGet, filesPath(dossierID), nil, &files); err != nil {
		return nil, fmt.Errorf("listing the files: %w", err)
	}
	return files, nil
}

// SetFiles puts images into a dossier, all in one request; a file of the same
// name is replaced.
func (c *Client) SetFiles(ctx context.Context, dossierID string, images ...Image) error {
	if err := c.send(ctx, http.MethodPost, filesPath(dossierID), images); err != nil {
		return fmt.Errorf("uploading the files: %w", err)
	}
	return nil
}

// SetFile puts one image into a dossier under its depiction, as the bytes that it
// has.
func (c *Client) SetFile(ctx context.Context, dossierID string, i Image) error {
	mediaType, err := i.mediaType()
	if err != nil {
		return fmt.Errorf("uploading the file: %w", err)
	}
	resp, err := c.do(ctx, call{
		method: http.MethodPost, path: filesPath(dossierID, i.Depiction), mediaType: mediaType,
		body: func() (io.Reader, error) { return i.Open() },
	})
	if err != nil {
		return fmt.Errorf("uploading the file: %w", err)
	}
	return resp.Body.Close()
}

// mediaType opens the image to look at its first bytes.
func (i Image) mediaType() (string, error) {
	r, err := i.Open()
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	mediaType, _, err := sniff(r)
	return mediaType, err
}

// File gives a file of a dossier.
func (c *Client) File(ctx context.Context, dossierID, name string) (*Content, error) {
	body, err := c.content(ctx, filesPath(dossierID, name))
	if err != nil {
		return nil, fmt.Errorf("getting the file: %w", err)
	}
	return body, nil
}

// DeleteFile deletes one file.
func (c *Client) DeleteFile(ctx context.Context, dossierID, name string) error {
	if err := c.exchange(ctx, http.MethodDelete, filesPath(dossierID, name), nil, nil); err != nil {
		return fmt.Errorf("deleting the file: %w", err)
	}
	return nil
}

// DeleteFiles deletes all files of a dossier.
func (c *Client) DeleteFiles(ctx context.Context, dossierID string) error {
	if err := c.exchange(ctx, http.MethodDelete, filesPath(dossierID), nil, nil); err != nil {
		return fmt.Errorf("deleting the files: %w", err)
	}
	return nil
}
