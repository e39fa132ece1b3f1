package film

import (
	"encoding/binary"
	"time"
)

// box is a part of an MP4 file (ISO/IEC 14496-12, section 4.2).
type box struct {
	kind    string
	content []byte
}

// boxes reads those that follow one another; one that claims more than there is ends where the data does.
func boxes(data []byte) func(yield func(box) bool) {
	return func(yield func(box) bool) {
		for len(data) >= 8 {
			size, header := uint64(binary.BigEndian.Uint32(data)), uint64(8)
			if size == 1 && len(data) >= 16 {
				size, header = binary.BigEndian.Uint64(data[8:]), 16
			}
			if size == 0 || size > uint64(len(data)) {
				size = uint64(len(data))
			}
			if size < header || !yield(box{string(data[4:8]), data[header:size]}) {
				return
			}
			data = data[size:]
		}
	}
}

// at is the content of the first box at the end of a path, nil when there is none.
func at(data []byte, path ...string) []byte {
	for _, kind := range path {
		var found []byte
		for b := range boxes(data) {
			if b.kind == kind {
				found = b.content
				break
			}
		}
		if data = found; data == nil {
			return nil
		}
	}
	return data
}

// mp4 is what is known while a file is read.
type mp4 struct {
	film  *Film
	video uint32 // id of the track of pictures
	scale uint64 // units of time in a second, in that track
	each  uint64 // units that a frame takes unless a fragment says otherwise
	end   uint64 // of the last fragment, in units
}

func (f *Film) readMP4(file []byte) {
	m := &mp4{film: f}
	for b := range boxes(file) {
		switch b.kind {
		case "moov":
			m.movie(b.content)
		case "moof":
			m.fragment(b.content)
		}
	}
	if m.scale > 0 {
		f.Length = max(f.Length, seconds(m.end, m.scale))
	}
}

// seconds is a length in units, 0 for one that no film has.
func seconds(units, scale uint64) time.Duration {
	if scale == 0 || units/scale > 24*60*60 {
		return 0
	}
	return time.Duration(float64(units) / float64(scale) * float64(time.Second))
}

// movie reads the header of the film: its tracks, and the length unless it is in fragments.
func (m *mp4) movie(content []byte) {
	for b := range boxes(content) {
		if b.kind == "trak" {
			m.track(b.content)
		}
	}
	for b := range boxes(at(content, "mvex")) {
		if b.kind == "trex" && long(b.content, 4) == m.video {
			m.each = uint64(long(b.content, 12))
		}
	}
	if length := m.film.Length; length == 0 {
		units, scale := times(at(content, "mvhd"))
		m.film.Length = seconds(units, scale)
	}
}

func (m *mp4) track(content []byte) {
	handler := at(content, "mdia", "hdlr")
	if len(handler) < 12 {
		return
	}
	switch string(handler[8:12]) {
	case "soun":
		m.film.Sound = true
	case "vide":
		if m.film.Codec != "" {
			return
		}
		described := at(content, "mdia", "minf", "stbl", "stsd")
		if len(described) < 8+86 {
			return
		}
		entry := described[8:] // behind version and count
		m.film.Codec = codecOfMP4(string(entry[4:8]))
		m.film.Width, m.film.Height = int(binary.BigEndian.Uint16(entry[32:])), int(binary.BigEndian.Uint16(entry[34:]))
		units, scale := times(at(content, "mdia", "mdhd"))
		m.scale, m.film.Length = scale, seconds(units, scale)
		m.video = trackID(at(content, "tkhd"))
	}
}

// times are length and scale of a header, mvhd or mdhd, of version 0 or 1.
func times(header []byte) (units, scale uint64) {
	switch {
	case len(header) >= 32 && header[0] == 1:
		return binary.BigEndian.Uint64(header[24:]), uint64(long(header, 20))
	case len(header) >= 20:
		return uint64(long(header, 16)), uint64(long(header, 12))
	}
	return 0, 0
}

func trackID(header []byte) uint32 {
	if len(header) > 0 && header[0] == 1 {
		return long(header, 20)
	}
	return long(header, 12)
}

// long is four bytes as a number, 0 where there are none.
func long(data []byte, at int) uint32 {
	if len(data) < at+4 {
		return 0
	}
	return binary.BigEndian.Uint32(data[at:])
}

// codecOfMP4 is the everyday name of a sample entry.
func codecOfMP4(entry string) string {
	known := map[string]string{
		"avc1": "H.264", "avc3": "H.264", "hvc1": "H.265", "hev1": "H.265", "vp08": "VP8", "vp09": "VP9", "av01": "AV1",
	}
	if name, ok := known[entry]; ok {
		return name
	}
	return "unknown codec"
}

// fragment finds where a piece of the film ends, which browsers record without writing a length anywhere (ISO/IEC
// 14496-12, section 8.8).
func (m *mp4) fragment(content []byte) {
	for b := range boxes(content) {
		if b.kind != "traf" || long(at(b.content, "tfhd"), 4) != m.video {
			continue
		}
		end := m.start(at(b.content, "tfdt"))
		each := m.eachOf(at(b.content, "tfhd"))
		for run := range boxes(b.content) {
			if run.kind == "trun" {
				end += lengthOf(run.content, each)
			}
		}
		m.end = max(m.end, end)
	}
}

func (m *mp4) start(decodeTime []byte) uint64 {
	if len(decodeTime) >= 12 && decodeTime[0] == 1 {
		return binary.BigEndian.Uint64(decodeTime[4:])
	}
	return uint64(long(decodeTime, 4))
}

// eachOf is how long a frame of the fragment takes by default.
func (m *mp4) eachOf(header []byte) uint64 {
	const offset, description, duration = 1, 2, 8 // flags for members
	flags, place := long(header, 0), 8
	if flags&offset != 0 {
		place += 8
	}
	if flags&description != 0 {
		place += 4
	}
	if flags&duration != 0 {
		return uint64(long(header, place))
	}
	return m.each
}

// lengthOf is how long the frames of a run take.
func lengthOf(run []byte, each uint64) (units uint64) {
	const offset, first, duration = 1, 4, 0x100 // flags for members; of frames: 0x100 to 0x800
	flags, count, place := long(run, 0), uint64(long(run, 4)), 8
	if flags&duration == 0 {
		return min(count, 1<<20) * each
	}
	for _, flag := range []uint32{offset, first} {
		if flags&flag != 0 {
			place += 4
		}
	}
	size := 0
	for flag := uint32(duration); flag <= 0x800; flag <<= 1 {
		if flags&flag != 0 {
			size += 4
		}
	}
	for ; count > 0 && place+4 <= len(run); count-- {
		units += uint64(long(run, place))
		place += size
	}
	return units
}
