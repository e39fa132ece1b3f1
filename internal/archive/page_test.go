package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func page(t *testing.T, process string, pictures ...Picture) string {
	t.Helper()
	var b bytes.Buffer
	p := Page{Process: []byte(process), Facts: []Fact{{"Dossier", "d-1"}}, Pictures: pictures}
	if err := p.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func pictureOf(caption, content string) Picture {
	return Picture{Caption: caption, MediaType: "image/jpeg", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

// TestPageShowsWhatThereIs makes the pages of the contract's examples.
func TestPageShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"accepted-passport": {
			`<div class="verdict accepted"><b>Accepted</b>`, `<h1>WILLEKE LISELOTTE DE BRUIJN</h1>`, `<dt>Document number</dt>`, `Visual authenticity<span class="clear">✓ clear</span>`,
			`Face match<span class="clear">✓ clear</span>`, `Score: 0.6512<`, `Face: <span class="clear">`, "8 January 2025, 16:20:57 UTC", `<dd>1m18s</dd>`,
			`<img alt="Front" src="data:image/jpeg;base64,cGljdHVyZQ==">`,
		},
		"accepted-driving-licence": {"<dt>Vehicle class details</dt><dd>Category A1, Expiry date 2036-07-23, Obtainment date 2002-10-14\n", `<dt>Driver&#39;s license</dt><dd>yes</dd>`},
		"rejected":                 {`<div class="verdict rejected"><b>Rejected</b>`, "Can the pictures be judged?", `<h1>Identity not established</h1>`},
		"inconclusive":             {`<div class="verdict inconclusive"><b>Inconclusive</b>`, `! to be looked at`},
	} {
		process, err := os.ReadFile(filepath.Join("..", "onfido", "testdata", "golden", "get-process-"+name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got := page(t, string(process), pictureOf("front", "picture"))
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: the page lacks %s", name, part)
			}
		}
		if again := page(t, string(process), pictureOf("front", "picture")); again != got {
			t.Errorf("%s: the page is another the second time", name)
		}
		if regexp.MustCompile(`(?i)<script|javascript:|\son\w+=|https?://|src="[^d]`).MatchString(got) {
			t.Errorf("%s: the page has a script or reaches out", name)
		}
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert(1)</script>\"'--><img src=x onerror=alert(1)>`
	got := page(t, `{"status":"`+evil+`","processId":"`+evil+`","finalResult":{"`+evil+`":"`+evil+`"},"providerSpecific":{"`+evil+`":
		{"result":"`+evil+`","x":["`+evil+`",{"y":null}],"breakdowns":{"`+evil+`":{"result":"`+evil+`","properties":{"`+evil+`":"`+evil+`"}}}}}}`)
	if strings.Contains(strings.ToLower(got), "<script") || strings.Contains(got, "<img") {
		t.Errorf("a value became markup: %s", got)
	}
}

func TestPageFailsWhole(t *testing.T) {
	t.Parallel()
	gone := errors.New("the picture is gone")
	failing := Picture{Caption: "front", MediaType: "image/jpeg", Open: func(context.Context) (io.ReadCloser, error) { return nil, gone }}
	if err := (Page{Process: []byte(`{}`), Pictures: []Picture{failing}}).Write(t.Context(), io.Discard); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
	if err := (Page{Process: []byte(`[`)}).Write(t.Context(), io.Discard); err == nil {
		t.Error("a page was made of a process that cannot be read")
	}
}
