package dataurl_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/dossier-id/dossier/internal/dataurl"
)

func BenchmarkRead(b *testing.B) {
	for name, input := range map[string][]byte{
		"10MB":         upload(10_000_000),
		"10MB-escaped": bytes.ReplaceAll(upload(10_000_000), []byte("I"), []byte(`\u0049`)),
		"2KB":          upload(2000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(input)))
			b.ReportAllocs()
			for b.Loop() {
				if err := discard(bytes.NewReader(input)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEncodingJSON is what Read is measured against.
func BenchmarkEncodingJSON(b *testing.B) {
	input := upload(10_000_000)
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		var m map[string]string
		if err := json.NewDecoder(bytes.NewReader(input)).Decode(&m); err != nil {
			b.Fatal(err)
		}
		_, data, _ := strings.Cut(m["front"], ",")
		if _, err := base64.StdEncoding.DecodeString(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	image := make([]byte, 10_000_000)
	b.SetBytes(int64(len(image)))
	b.ReportAllocs()
	for b.Loop() {
		if err := dataurl.Write(io.Discard, dataurl.Member{Key: "image", MediaType: "image/png", Body: bytes.NewReader(image)}); err != nil {
			b.Fatal(err)
		}
	}
}
