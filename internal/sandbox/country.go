package sandbox

import (
	_ "embed"
	"net/netip"
	"slices"
	"strings"
)

// The country codes and document types of the specification (Onfido contract sections 0 and 5), each a list of
// words. They are parsed on every use, which costs a few microseconds, rather than kept in package state.
var (
	//go:embed data/countries.txt
	countryCodes string
	//go:embed data/document_types.txt
	documentTypes string
)

func isCountry(s string) string { return inWords(countryCodes, s) }

func isDocumentType(s string) string { return inWords(documentTypes, s) }

func inWords(words, s string) string {
	if slices.Contains(strings.Fields(words), s) {
		return ""
	}
	return textUnknownValue
}

// addressRange says where the addresses of a network are.
type addressRange struct{ network, country string }

// addressRanges is a very small picture of the internet: a few well-known networks, so that a demonstration with
// only an IP address gets a country. Any other public address is accepted with its country unknown.
func addressRanges() []addressRange {
	return []addressRange{
		{"176.78.162.0/24", "PRT"}, // that of the example address in the contract
		{"8.8.8.0/24", "USA"},
		{"8.8.4.0/24", "USA"},
		{"1.1.1.0/24", "AUS"},
		{"9.9.9.0/24", "CHE"},
		{"193.0.0.0/21", "NLD"},
		{"212.58.224.0/19", "GBR"},
		{"2001:4860::/32", "USA"},
		{"2001:67c:2e8::/48", "NLD"},
	}
}

// unroutable are the networks for documentation, besides what netip knows as private, loopback and so on.
func unroutable() []string {
	return []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"}
}

// countryOf is where an address is: a country code, or nothing when it is public but not known here. It is false
// when the address cannot be anywhere.
func countryOf(ip netip.Addr) (string, bool) {
	ip = ip.Unmap()
	if !ip.IsValid() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return "", false
	}
	for _, network := range unroutable() {
		if netip.MustParsePrefix(network).Contains(ip) {
			return "", false
		}
	}
	for _, r := range addressRanges() {
		if netip.MustParsePrefix(r.network).Contains(ip) {
			return r.country, true
		}
	}
	return "", true
}

func isAddress(s string) string {
	if _, err := netip.ParseAddr(s); err != nil {
		return textInvalid
	}
	return ""
}

// location reads a location: an IP address, a country, or both. When only an address is given, it must be one that
// can be somewhere; which text the live service answers to others is not known, only that it refuses them.
func (in *input) location(key string) *location {
	nested, done := in.object(key)
	defer done()
	if nested == nil {
		return nil
	}
	l := &location{
		IPAddress:          nested.text("ip_address", isAddress),
		CountryOfResidence: nested.text("country_of_residence", isCountry),
	}
	if len(nested.problems) > 0 || l.IPAddress == nil || l.CountryOfResidence != nil {
		return l
	}
	country, somewhere := countryOf(netip.MustParseAddr(*l.IPAddress))
	if !somewhere {
		nested.fail("ip_address", textPrivateIP)
	}
	if country != "" {
		l.CountryOfResidence = &country
	}
	return l
}
