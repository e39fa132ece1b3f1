package film

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// Elements of EBML and Matroska that matter (RFC 8794, RFC 9559).
const (
	idSegment     = 0x18538067
	idInfo        = 0x1549a966
	idScale       = 0x2ad7b1
	idDuration    = 0x4489
	idTracks      = 0x1654ae6b
	idTrack       = 0xae
	idTrackNumber = 0xd7
	idTrackType   = 0x83
	idCodec       = 0x86
	idVideo       = 0xe0
	idPixelWidth  = 0xb0
	idPixelHeight = 0xba
	idCluster     = 0x1f43b675
	idTime        = 0xe7
	idGroup       = 0xa0
	idBlock       = 0xa1
	idSimpleBlock = 0xa3
)

// webm is what is known while a file is read.
type webm struct {
	film     *Film
	scale    uint64  // nanoseconds of a unit of time
	duration float64 // in units, 0 when the file does not say
	video    uint64  // number of the track of pictures
	cluster  uint64  // time of the cluster, in units
	last     uint64  // time of the last block, in units
}

func (f *Film) readWebM(file []byte) {
	w := &webm{film: f, scale: 1_000_000}
	w.walk(file)
	units := max(w.duration, float64(w.last))
	if length := units * float64(w.scale); length > 0 && length < float64(24*time.Hour) {
		f.Length = time.Duration(length)
	}
}

// walk goes through the elements that follow one another. Those that hold what matters are gone through in turn, so
// that it does not matter where one of unknown size ends: recorders write their segment and clusters like that.
func (w *webm) walk(data []byte) {
	for len(data) > 0 {
		id, content, rest, ok := nextElement(data)
		if !ok {
			return
		}
		data = rest
		switch id {
		case idSegment, idInfo, idTracks, idCluster, idGroup:
			data = joined(content, rest)
		case idTrack:
			w.track(content)
		case idScale:
			w.scale = number(content)
		case idDuration:
			w.duration = float(content)
		case idTime:
			w.cluster = number(content)
		case idBlock, idSimpleBlock:
			w.block(content)
		}
	}
}

// joined is the content and what follows it, which lie one after the other.
func joined(content, rest []byte) []byte { return content[:len(content)+len(rest)] }

// nextElement reads an element; one that claims more than there is ends where the data does.
func nextElement(data []byte) (id uint64, content, rest []byte, ok bool) {
	id, n := variable(data, true)
	if n == 0 || n > 4 {
		return 0, nil, nil, false
	}
	size, m := variable(data[n:], false)
	if m == 0 {
		return 0, nil, nil, false
	}
	content = data[n+m:]
	if unknown := uint64(1)<<(7*m) - 1; size != unknown && size < uint64(len(content)) {
		return id, content[:size], content[size:], true
	}
	return id, content, content[len(content):], true
}

// variable reads a number of variable length (RFC 8794 section 4) and gives how many bytes it has, 0 for none.
func variable(data []byte, marked bool) (value uint64, n int) {
	if len(data) == 0 || data[0] == 0 {
		return 0, 0
	}
	n = bits.LeadingZeros8(data[0]) + 1
	if n > len(data) {
		return 0, 0
	}
	for _, b := range data[:n] {
		value = value<<8 | uint64(b)
	}
	if !marked {
		value &= uint64(1)<<(7*n) - 1
	}
	return value, n
}

func number(content []byte) (value uint64) {
	for _, b := range content[:min(len(content), 8)] {
		value = value<<8 | uint64(b)
	}
	return value
}

// float is a number of 4 or 8 bytes; 0 for what is none.
func float(content []byte) float64 {
	value := 0.0
	switch len(content) {
	case 4:
		value = float64(math.Float32frombits(binary.BigEndian.Uint32(content)))
	case 8:
		value = math.Float64frombits(binary.BigEndian.Uint64(content))
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0
	}
	return value
}

// track notes what a track is. Only the first one of pictures counts.
func (w *webm) track(content []byte) {
	var kind, at uint64
	var codec string
	var width, height int
	for len(content) > 0 {
		id, value, rest, ok := nextElement(content)
		if !ok {
			break
		}
		content = rest
		switch id {
		case idTrackNumber:
			at = number(value)
		case idTrackType:
			kind = number(value)
		case idCodec:
			codec = codecOf(string(value[:min(len(value), 32)]))
		case idVideo:
			content = joined(value, rest)
		case idPixelWidth:
			width = int(number(value) & 0xffff)
		case idPixelHeight:
			height = int(number(value) & 0xffff)
		}
	}
	const pictures, sound = 1, 2
	if kind == sound {
		w.film.Sound = true
	}
	if kind == pictures && w.film.Codec == "" {
		w.video, w.film.Codec, w.film.Width, w.film.Height = at, codec, width, height
	}
}

// codecOf is the everyday name of a codec of Matroska.
func codecOf(id string) string {
	known := map[string]string{"V_VP8": "VP8", "V_VP9": "VP9", "V_AV1": "AV1", "V_MPEG4/ISO/AVC": "H.264", "V_MPEGH/ISO/HEVC": "H.265"}
	if name, ok := known[id]; ok {
		return name
	}
	return "unknown codec"
}

// block notes the time of a frame, and keeps it if it is a key frame of VP8 (RFC 9559 section 10; RFC 6386 section
// 9.1: bit 0 of the first byte is 0 in key frames).
func (w *webm) block(content []byte) {
	track, n := variable(content, false)
	if n == 0 || len(content) < n+4 {
		return
	}
	if at := int64(w.cluster) + int64(int16(binary.BigEndian.Uint16(content[n:]))); at > 0 {
		w.last = max(w.last, uint64(at))
	}
	const lacing = 0x06
	frame, flags := content[n+3:], content[n+2]
	if track == w.video && w.film.Codec == "VP8" && flags&lacing == 0 && frame[0]&1 == 0 && len(w.film.frames) < maxFrames {
		w.film.frames = append(w.film.frames, frame)
	}
}
