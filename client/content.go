package client

import (
	"context"
	"io"
	"net/http"
)

// Content is a stream of bytes from the server. Whoever gets it closes Body.
type Content struct {
	// MediaType is such as image/jpeg.
	MediaType string
	// Size is in bytes, -1 if the server does not say.
	Size int64
	Body io.ReadCloser
}

func (c *Client) content(ctx context.Context, path string) (*Content, error) {
	resp, err := c.do(ctx, call{method: http.MethodGet, path: path, endless: true}) //nolint:bodyclose // the caller closes it
	if err != nil {
		return nil, err
	}
	return &Content{resp.Header.Get("Content-Type"), resp.ContentLength, resp.Body}, nil
}
