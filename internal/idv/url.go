package idv

import "net/url"

// isWebURL takes absolute http and https URLs without user information; where
// the URL may lead is netguard's business when it is called.
func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 2048 && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// isHeaderValue takes what may stand in an HTTP header without escaping.
func isHeaderValue(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}
