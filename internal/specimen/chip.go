package specimen

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"strings"
)

// Chip writes what an app would read from the ordered document's chip: JSON of the security object "sod" and of the
// data groups "dg1", the zone, and "dg2", the portrait, each an array of bytes (ICAO Doc 9303-10). It is signed with
// [Signer]'s key, unless the order wants a [ForeignChip]; with [AlteredChip] the zone is not the one that was signed.
// It fails like [Draw], and for a type without a zone, which has no chip.
func Chip(w io.Writer, o Order) error {
	o, err := o.complete()
	if err != nil {
		return fmt.Errorf("specimen: %w", err)
	}
	lines := o.zoneLines()
	if lines == nil {
		return fmt.Errorf("specimen: a %s has no chip", o.Type)
	}
	file, err := o.chip(lines)
	if err != nil {
		return fmt.Errorf("specimen: write the chip of a %s: %w", o.Type, err)
	}
	if err := json.NewEncoder(w).Encode(file); err != nil {
		return fmt.Errorf("specimen: write the chip's file: %w", err)
	}
	return nil
}

// octets are bytes that JSON shows as numbers.
type octets []uint8

// MarshalJSON writes an array, where bytes alone would become a text.
func (o octets) MarshalJSON() ([]byte, error) {
	numbers := make([]int, len(o))
	for i, b := range o {
		numbers[i] = int(b)
	}
	return json.Marshal(numbers)
}

// chip is the file's content.
func (o Order) chip(lines []string) (map[string]octets, error) {
	var portrait bytes.Buffer
	img := o.portrait(300, 386)
	if err := jpeg.Encode(&portrait, img, &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	zone, err := zoneGroup(lines)
	if err != nil {
		return nil, err
	}
	face, err := faceGroup(portrait.Bytes(), img.Rect.Dx(), img.Rect.Dy())
	if err != nil {
		return nil, err
	}
	signer, err := o.chipSigner()
	if err != nil {
		return nil, err
	}
	sod, err := signer.securityObject(zone, face)
	if err != nil {
		return nil, err
	}
	if o.has(AlteredChip) {
		lines[0] = lines[0][:5] + "ZZZ" + lines[0][8:] // the beginning of a name, or of the number on small cards
		if zone, err = zoneGroup(lines); err != nil {
			return nil, err
		}
	}
	return map[string]octets{"sod": sod, "dg1": zone, "dg2": face}, nil
}

// chipSigner is who signs the order's chip.
func (o Order) chipSigner() (*signer, error) {
	if o.has(ForeignChip) {
		return foreignSigner()
	}
	return ownSigner()
}

// element encodes content under an application tag.
func element(tag int, compound bool, content ...[]byte) ([]byte, error) {
	return asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, Tag: tag, IsCompound: compound, Bytes: bytes.Join(content, nil)})
}

// zoneGroup is EF.DG1 (ICAO Doc 9303-10, section 4.7.1).
func zoneGroup(lines []string) ([]byte, error) {
	zone, err := element(0x1f, false, []byte(strings.Join(lines, "")))
	if err != nil {
		return nil, err
	}
	return element(0x01, true, zone)
}

// faceGroup is EF.DG2 with one portrait (ICAO Doc 9303-10, section 4.7.2; the record is that of ISO/IEC 19794-5).
func faceGroup(picture []byte, width, height int) ([]byte, error) {
	number := binary.BigEndian
	block := make([]byte, 20, 32) // no feature points, nothing said about the person
	number.PutUint32(block, uint32(20+12+len(picture)))
	info := []byte{1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0} // a full frontal portrait as JPEG, in colours, from a camera
	number.PutUint16(info[2:], uint16(width))
	number.PutUint16(info[4:], uint16(height))
	header := append([]byte("FAC\x00010\x00"), 0, 0, 0, 0, 0, 1)
	number.PutUint32(header[8:], uint32(len(header)+20+12+len(picture)))
	record, err := element(0x2e, false, header, block, info, picture)
	if err != nil {
		return nil, err
	}
	about := []byte{0xa1, 0x0e, 0x81, 0x01, 0x02, 0x82, 0x01, 0x00, 0x87, 0x02, 0x01, 0x01, 0x88, 0x02, 0x00, 0x08}
	template, err1 := element(0x60, true, about, record)
	count := []byte{0x02, 0x01, 0x01}
	group, err2 := element(0x61, true, count, template)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return element(0x15, true, group)
}

// groupHash is the hash of a data group in the security object.
type groupHash struct {
	Number int
	Hash   []byte
}

func hashed(groups ...[]byte) []groupHash {
	var list []groupHash
	for i, g := range groups {
		sum := sha256.Sum256(g)
		list = append(list, groupHash{i + 1, sum[:]})
	}
	return list
}
