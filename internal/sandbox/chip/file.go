package chip

import (
	"encoding/asn1"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Bounds of a file. That of a real chip has about 100 KB (Onfido contract section 5).
const (
	MaxBytes  = 2 << 20
	maxGroups = 16 // that ICAO Doc 9303-10 knows
)

// ErrFormat says that a file is not that of a chip.
var ErrFormat = errors.New("not the file of a chip: JSON of sod and dg1 to dg16, each an array of bytes")

// File is what was read from a chip.
type File struct {
	SOD    []byte         // the document security object, EF.SOD
	Groups map[int][]byte // the data groups by number, EF.DG1 to EF.DG16
}

// Read reads a file: a JSON object of "sod", "dg1" and so on, each an array of bytes from -128 to 255, as apps write
// them. Other members are left alone. It fails with [ErrFormat].
func Read(data []byte) (*File, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%d bytes: %w", len(data), ErrFormat)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	f := &File{Groups: map[int][]byte{}}
	for name, value := range members {
		number, isGroup := groupNumber(name)
		if !isGroup && !strings.EqualFold(name, "sod") {
			continue
		}
		content, err := octets(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if isGroup {
			f.Groups[number] = content
		} else {
			f.SOD = content
		}
	}
	if len(f.SOD) == 0 {
		return nil, fmt.Errorf("no sod: %w", ErrFormat)
	}
	return f, nil
}

// groupNumber is 1 for "dg1" and so on.
func groupNumber(name string) (int, bool) {
	digits, found := strings.CutPrefix(strings.ToLower(name), "dg")
	n, err := strconv.Atoi(digits)
	return n, found && err == nil && n >= 1 && n <= maxGroups
}

// octets are bytes, whether they were written with a sign or without.
func octets(value json.RawMessage) ([]byte, error) {
	var numbers []int16
	if err := json.Unmarshal(value, &numbers); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	out := make([]byte, len(numbers))
	for i, n := range numbers {
		if n < -128 || n > 255 {
			return nil, fmt.Errorf("%d is no byte: %w", n, ErrFormat)
		}
		out[i] = byte(n)
	}
	return out, nil
}

// Zone are the lines of the machine readable zone in data group 1 (ICAO Doc 9303-10, section 4.7.1); nil when it is
// not there or of no known size.
func (f *File) Zone() []string {
	text := string(within(f.Groups[1], 0x61, 0x5f1f))
	width := map[int]int{88: 44, 72: 36, 90: 30}[len(text)]
	if width == 0 {
		return nil
	}
	var lines []string
	for ; text != ""; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return lines
}

// Face is the first picture in data group 2 as a file, JPEG or JPEG 2000 (ICAO Doc 9303-10, section 4.7.2; ISO/IEC
// 19794-5); nil when there is none.
func (f *File) Face() []byte {
	record := within(f.Groups[2], 0x75, 0x7f61, 0x7f60, 0x5f2e)
	if record == nil {
		record = within(f.Groups[2], 0x75, 0x7f61, 0x7f60, 0x7f2e)
	}
	const header, faceHeader, points, image = 14, 20, 8, 12 // bytes of its parts
	if len(record) < header+faceHeader || string(record[:4]) != "FAC\x00" {
		return nil
	}
	count := int(record[header+4])<<8 | int(record[header+5]) // of feature points
	start := header + faceHeader + count*points + image
	if start >= len(record) {
		return nil
	}
	return record[start:]
}

// within goes down a path of tags and gives what is in the last one; nil when the path ends before.
func within(data []byte, path ...int) []byte {
	for _, tag := range path {
		if data = find(data, tag); data == nil {
			return nil
		}
	}
	return data
}

// find is the content of the first element with a tag among those that follow one another.
func find(data []byte, tag int) []byte {
	for len(data) > 0 {
		var element asn1.RawValue
		rest, err := asn1.Unmarshal(data, &element)
		if err != nil {
			return nil
		}
		if identifier(element) == tag {
			return element.Bytes
		}
		data = rest
	}
	return nil
}

// identifier is the element's tag as it is written in the file, up to two bytes.
func identifier(e asn1.RawValue) int {
	if len(e.FullBytes) > 1 && e.FullBytes[0]&0x1f == 0x1f {
		return int(e.FullBytes[0])<<8 | int(e.FullBytes[1])
	}
	return int(e.FullBytes[0])
}
