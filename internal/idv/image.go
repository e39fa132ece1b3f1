package idv

import (
	"fmt"
	"strings"
	"time"
)

// Depiction says what an image shows.
type Depiction string

// The images a customer can set, in the order in which they are listed.
const (
	Front  Depiction = "front"
	Back   Depiction = "back"
	Selfie Depiction = "selfie"
)

// Video is the film of a documentVideo process. It is kept like an image but no
// customer sets it, and it is not among the depictions of a process.
const Video Depiction = "video"

// Depictions lists every depiction in its order.
func Depictions() []Depiction { return []Depiction{Front, Back, Selfie} }

// ParseDepiction takes a depiction in either case: FRONT, front. The second
// value is false for any other word.
func ParseDepiction(s string) (Depiction, bool) {
	for _, d := range Depictions() {
		if strings.EqualFold(s, string(d)) {
			return d, true
		}
	}
	return "", false
}

// The limits of an image (Assure contract section 6).
const (
	MinImageBytes  = 2 << 10
	MaxImageBytes  = 10_000_000
	MinImageSide   = 64
	MaxImageSide   = 10_000
	MaxImagePixels = 50_000_000
)

// The two media types of an image.
const (
	MediaJPEG = "image/jpeg"
	MediaPNG  = "image/png"
)

// Image is one picture of a process, or a file of the dossier itself; its bytes
// lie in the blob store under Blob.
type Image struct {
	TenantID, DossierID string
	// ProcessID is empty for a file of the dossier.
	ProcessID string
	Depiction Depiction
	// Blob is the random name of the bytes.
	Blob string
	// MediaType is image/jpeg or image/png, as read off the bytes; of a video, as
	// the provider gave it.
	MediaType     string
	Size          int64
	Width, Height int
	CreatedAt     time.Time
}

// CheckImage applies the limits to what was read off an image: its media type
// (empty when it is neither JPEG nor PNG), size in bytes and sides in pixels.
func CheckImage(d Depiction, mediaType string, size int64, width, height int) error {
	name := string(d)
	switch {
	case size > MaxImageBytes:
		return Refuse(CodeTooLarge, "an image may have at most 10 MB", InvalidParam{name, "is larger than 10 MB"})
	case mediaType != MediaJPEG && mediaType != MediaPNG:
		return Refuse(CodeUnsupportedImage, "an image must be JPEG or PNG by its content", InvalidParam{name, "is not a JPEG or PNG image"})
	case width > MaxImageSide || height > MaxImageSide || width*height > MaxImagePixels:
		return Refuse(CodeTooLarge, "an image may have sides of at most 10,000 pixels and at most 50 megapixels",
			InvalidParam{name, fmt.Sprintf("has %d × %d pixels", width, height)})
	case size < MinImageBytes:
		return Refuse(CodeInvalid, "an image must have at least 2 KiB", InvalidParam{name, "is smaller than 2 KiB"})
	case width < MinImageSide || height < MinImageSide:
		return Refuse(CodeInvalid, "both sides of an image must have at least 64 pixels",
			InvalidParam{name, fmt.Sprintf("has %d × %d pixels", width, height)})
	}
	return nil
}
