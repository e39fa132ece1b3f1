package optional

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxFrames is how many frames of a film are asked for: two a second, half a minute.
const maxFrames = 60

// Frames asks ffmpeg for frames of a film, two a second and each at most 960 pixels wide, as JPEG files. It gives
// nothing when ffmpeg is not there. The film of a telephone has its index at its end, so that it cannot be read from a
// pipe: it is written to a temporary file, which ffmpeg inherits open.
func (s Set) Frames(ctx context.Context, film []byte) ([][]byte, error) {
	if s.FFmpeg == "" {
		return nil, nil
	}
	f, err := nameless(film)
	if err != nil {
		return nil, fmt.Errorf("keep the film for ffmpeg: %w", err)
	}
	defer func() { _ = f.Close() }()
	// The file is all that it may open: a film can name others.
	out, err := s.run(ctx, input{file: f}, s.FFmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-t", "30", "-i", "file:/dev/fd/3",
		"-vf", "fps=2,scale='min(960,iw)':-2", "-frames:v", fmt.Sprint(maxFrames), "-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "3", "pipe:1")
	if err != nil {
		return nil, err
	}
	return pictures(out), nil
}

// nameless is an open file without a name: nothing of it is left when this process ends, however it ends.
func nameless(content []byte) (*os.File, error) {
	f, err := os.CreateTemp("", "dossier-film-*")
	if err != nil {
		return nil, err
	}
	err = os.Remove(f.Name())
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
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
