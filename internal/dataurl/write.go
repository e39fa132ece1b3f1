package dataurl

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/asm/base64"
)

// Member is one value of an object that Write writes.
type Member struct {
	Key       string
	MediaType string
	Body      io.Reader
}

// Write writes the members to w as one JSON object of data URLs, which Read
// reads. It reads each body to its end as it goes, through a fixed buffer. After
// an error (of w, of a body, or a media type that is none) what was written is
// not a whole object.
func Write(w io.Writer, members ...Member) error {
	before := "{"
	for _, m := range members {
		key, err := json.Marshal(m.Key)
		if err != nil {
			return fmt.Errorf("writing the key of a data URL: %w", err)
		}
		if _, err := fmt.Fprintf(w, `%s%s:"`, before, key); err != nil {
			return err
		}
		if err := Encode(w, m.MediaType, m.Body); err != nil {
			return fmt.Errorf("writing %s as a data URL: %w", m.Key, err)
		}
		before = `",`
	}
	end := `"}`
	if len(members) == 0 {
		end = "{}"
	}
	_, err := io.WriteString(w, end)
	return err
}

// Encode writes what r gives to w as a data URL, data:<type>;base64,<data>,
// padded, without line breaks. The result needs no escaping inside a JSON
// string.
func Encode(w io.Writer, mediaType string, r io.Reader) error {
	if t, ok := parseType(mediaType); !ok || t != mediaType {
		return errors.New("the media type must be type/subtype in lower case")
	}
	if _, err := io.WriteString(w, "data:"+mediaType+";base64,"); err != nil {
		return err
	}
	var c chunk
	for ended := false; !ended; {
		n, err := fill(r, c.out[:])
		if ended = errors.Is(err, io.EOF); err != nil && !ended {
			return err
		}
		base64.StdEncoding.Encode(c.in[:], c.out[:n])
		if _, err := w.Write(c.in[:base64.StdEncoding.EncodedLen(n)]); err != nil {
			return err
		}
	}
	return nil
}
