package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are those that a linked module may have, each with words that its
// text has and no other's (docs/dependencies.md).
var licences = []struct {
	name  string
	words []string
}{
	{"MPL-2.0", []string{"Mozilla Public License", "2.0"}},
	{"Apache-2.0", []string{"Apache License", "Version 2.0"}},
	{"BSD", []string{"Redistribution and use in source and binary forms", "THIS SOFTWARE IS PROVIDED"}},
	{"MIT", []string{"Permission is hereby granted, free of charge", "THE SOFTWARE IS PROVIDED \"AS IS\""}},
	{"public domain", []string{"SQLite Is Public Domain", "dedicated to the public domain"}},
	{"ISC", []string{"Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"}},
}

// forbidden is in the licences that may not enter, and in none that may.
var forbidden = regexp.MustCompile(`(?i)GNU (Lesser |Affero )?General Public License,? *\(?(version|v)|Server Side Public License|Business Source License|Commons Clause`)

// licenceFile is the name of a file that grants.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.-].*)?$`)

// linked is a module that is in the program.
type linked struct{ Path, Version, Dir string }

// TestLinkedModulesAreFree reads the licence of every module that the program
// links, from the sources that it is built from.
func TestLinkedModulesAreFree(t *testing.T) {
	t.Parallel()
	modules := linkedModules(t)
	if len(modules) < 10 {
		t.Fatalf("only %d modules are linked: this test reads the list wrong", len(modules))
	}
	for _, m := range modules {
		found, err := licenceOf(m.Dir)
		if err != nil {
			t.Errorf("%s %s: %v", m.Path, m.Version, err)
		}
		t.Logf("%-12s %s %s", found, m.Path, m.Version)
	}
}

// linkedModules asks the go command, which has built them just now.
func linkedModules(t *testing.T) []linked {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "./cmd/dossier")
	list.Dir = moduleRoot
	list.Stderr = t.Output()
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{modulePath: true}
	var modules []linked
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ Module *linked }
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return modules
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil && !seen[p.Module.Path] {
			seen[p.Module.Path] = true
			modules = append(modules, *p.Module)
		}
	}
}

// licenceOf names the licences in the files of a module's root. Each of them
// must be one that may enter.
func licenceOf(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var names []string
	for _, e := range entries {
		if !licenceFile.MatchString(e.Name()) || e.IsDir() || e.Name() == "LICENSE-LOGO" { // of a picture, which is not linked
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		name := licenceIn(string(text))
		if name == "" {
			return "", errors.New(e.Name() + " is no licence that may enter, or one that this test does not know")
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "", errors.New("has no file with a licence")
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", "), nil
}

func licenceIn(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, l := range licences {
		if !slices.ContainsFunc(l.words, func(w string) bool { return !strings.Contains(text, w) }) {
			// The Mozilla licence names the GNU licences that it goes with.
			if l.name != "MPL-2.0" && forbidden.MatchString(text) {
				return ""
			}
			return l.name
		}
	}
	return ""
}

func TestLicencesAreToldApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Apache License\n   Version 2.0, January 2004": "Apache-2.0", "GNU GENERAL PUBLIC LICENSE\nVersion 3": "", "": "",
		"Permission is hereby granted, free of charge, to any person\nTHE SOFTWARE IS PROVIDED \"AS IS\"":              "MIT",
		"Permission is hereby granted, free of charge\nTHE SOFTWARE IS PROVIDED \"AS IS\"\n\"Commons Clause\" License": "",
	} {
		if got := licenceIn(text); got != want {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
}
