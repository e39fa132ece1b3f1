package program

import (
	"bytes"
	"context"
	"fmt"
	"os"
)

// maxFrames is how many frames of a film are asked for: two a second, half a minute.
const maxFrames = 60

// Frames asks ffmpeg for frames of a film, two a second and each at most 960 pixels wide, as JPEG files. It gives
// nothing when ffmpeg is not there. The film is written to a temporary file, which is removed: that of a telephone has
// its index at its end, so that it cannot be read from a pipe.
func (s Set) Frames(ctx context.Context, film []byte) ([][]byte, error) {
	if s.FFmpeg == "" {
		return nil, nil
	}
	f, err := os.CreateTemp("", "dossier-film-*")
	if err != nil {
		return nil, fmt.Errorf("keep the film for ffmpeg: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(film)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("keep the film for ffmpeg: %w", err)
	}
	// The file is all that it may open: a film can name others.
	out, err := run(ctx, nil, s.FFmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-t", "30", "-i", "file:"+f.Name(),
		"-vf", "fps=2,scale='min(960,iw)':-2", "-frames:v", fmt.Sprint(maxFrames), "-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "3", "pipe:1")
	if err != nil {
		return nil, err
	}
	return pictures(out), nil
}

// pictures parts JPEG files that lie one behind another: FF D9 ends one and is nowhere in it, as ffmpeg writes no
// thumbnails into them.
func pictures(data []byte) [][]byte {
	var found [][]byte
	for len(data) > 0 && len(found) < maxFrames {
		end := bytes.Index(data, []byte{0xff, 0xd9})
		if end < 0 {
			break
		}
		found = append(found, data[:end+2])
		data = data[end+2:]
	}
	return found
}
