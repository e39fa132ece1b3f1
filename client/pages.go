package client

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// pageSize is how many are asked for at once, the most that the server gives.
const pageSize = "200"

// pages goes through a list that comes in pages. The parameter says where a page
// begins; what says in errors what was being done.
func pages[T any](ctx context.Context, c *Client, what string, k call, parameter string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		k.method = http.MethodGet
		k.query.Set("limit", pageSize)
		for more := true; more; {
			page, next, err := onePage[T](ctx, c, k, parameter)
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", what, err))
				return
			}
			for i := range page {
				if !yield(&page[i], nil) {
					return
				}
			}
			more = next != "" && len(page) > 0
			k.query.Set(parameter, next)
		}
	}
}

// onePage gives a page and the place of the next one, empty on the last.
func onePage[T any](ctx context.Context, c *Client, k call, parameter string) (page []T, next string, err error) {
	resp, err := c.do(ctx, k)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	err = decode(resp.Body, &page)
	return page, nextPage(resp.Header.Get("Link"), parameter), err
}

// nextPage takes the place out of a link (RFC 8288) to the next page. Only that is
// taken: an answer does not say where the next request goes.
func nextPage(link, parameter string) string {
	target, params, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	u, err := url.Parse(target)
	if err != nil || !strings.Contains(params, `rel="next"`) {
		return ""
	}
	return u.Query().Get(parameter)
}
