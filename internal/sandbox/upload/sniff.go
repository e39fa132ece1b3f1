package upload

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/jpeg"
	"image/png"
)

// MIME types that Sniff tells apart.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	PDF  = "application/pdf"
	JSON = "application/json" // the signed data of an NFC chip

	MP4       = "video/mp4"
	QuickTime = "video/quicktime"
	WebM      = "video/webm"
)

// Sniff is the MIME type of a file by its content, empty when it is none of the above or its header is corrupt.
// Pixels are not looked at.
func Sniff(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return onlyIf(isJPEG(data), JPEG)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		_, err := png.DecodeConfig(bytes.NewReader(data))
		return onlyIf(err == nil, PNG)
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return PDF
	case len(data) > 12 && string(data[4:12]) == "ftypqt  ":
		return QuickTime
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return MP4
	case bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")):
		return WebM
	case len(data) > 0 && data[0] == '{' && json.Valid(data):
		return JSON
	}
	return ""
}

// isJPEG looks at the header. Kinds of JPEG that Go cannot decode are JPEGs nevertheless.
func isJPEG(data []byte) bool {
	_, err := jpeg.DecodeConfig(bytes.NewReader(data))
	_, unsupported := errors.AsType[jpeg.UnsupportedError](err)
	return err == nil || unsupported
}

func onlyIf(good bool, mime string) string {
	if good {
		return mime
	}
	return ""
}
