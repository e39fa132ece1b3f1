package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The functions below read one value of a setting each. Their errors go on from
// the name of the setting and do not repeat the value.

func text[T ~string](to *T) func(string) error {
	return func(v string) error { *to = T(v); return nil }
}

// words takes a list with commas or spaces between its entries.
func words(to *[]string) func(string) error {
	return func(v string) error {
		*to = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
		return nil
	}
}

// networks takes networks in CIDR notation, and addresses for networks of one.
func networks(to *[]netip.Prefix) func(string) error {
	return func(v string) error {
		*to = nil
		for _, word := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
			network, err := netip.ParsePrefix(word)
			if one, single := netip.ParseAddr(word); single == nil {
				network, err = netip.PrefixFrom(one, one.BitLen()), nil
			}
			if err != nil {
				return errors.New("must be networks such as 10.0.0.0/8 with commas between them")
			}
			*to = append(*to, network.Masked())
		}
		return nil
	}
}

func ports(to *[]uint16) func(string) error {
	return func(v string) error {
		*to = nil
		for part := range strings.SplitSeq(v, ",") {
			n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 16)
			if err != nil || n == 0 {
				return errors.New("must be port numbers with commas between them")
			}
			*to = append(*to, uint16(n))
		}
		return nil
	}
}

func oneOf[T ~string](to *T, words ...T) func(string) error {
	return func(v string) error {
		*to = T(v)
		if !slices.Contains(words, T(v)) {
			return fmt.Errorf("must be one of %s", strings.ReplaceAll(strings.Trim(fmt.Sprint(words), "[]"), " ", ", "))
		}
		return nil
	}
}

// pause is a duration that may be 0s.
func pause(to *time.Duration) func(string) error {
	return func(v string) (err error) {
		if *to, err = time.ParseDuration(v); err != nil || *to < 0 || *to > maxDrain {
			return errors.New("must be a time from 0s to " + maxDrain.String())
		}
		return nil
	}
}

// orNone lets a setting be empty.
func orNone(set func(string) error) func(string) error {
	return func(v string) error {
		if v == "" {
			return nil
		}
		return set(v)
	}
}

func address(to *string) func(string) error {
	return func(v string) error {
		*to = v
		if _, _, err := net.SplitHostPort(v); err != nil {
			return errors.New("must be HOST:PORT")
		}
		return nil
	}
}

func webURL(to *string) func(string) error {
	return func(v string) error {
		*to = strings.TrimRight(v, "/")
		u, err := url.Parse(v)
		if v != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil) {
			return errors.New("must be an http or https address")
		}
		return nil
	}
}

func database(to *Secret) func(string) error {
	return func(v string) error {
		*to = Secret(v)
		if v != "" && !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") && !strings.HasPrefix(v, "sqlite:") {
			return errors.New("must be a postgres:// URL or sqlite:PATH")
		}
		return nil
	}
}

func duration(to *time.Duration) func(string) error {
	return func(v string) (err error) {
		if *to, err = time.ParseDuration(v); err != nil || *to <= 0 {
			return errors.New("must be a time such as 30s or 24h")
		}
		return nil
	}
}

// longestLease is half of what the store takes for the mistake of a clock.
const longestLease = 30 * time.Minute

func lease(to *time.Duration) func(string) error {
	return func(v string) error {
		if err := duration(to)(v); err != nil || *to > longestLease {
			return errors.New("must be a time such as 45s, of 30m at most")
		}
		return nil
	}
}

func count(to *int) func(string) error {
	return func(v string) (err error) {
		if *to, err = strconv.Atoi(v); err != nil || *to < 1 {
			return errors.New("must be a whole number of at least 1")
		}
		return nil
	}
}

func onOff(to *bool) func(string) error {
	return func(v string) error {
		*to = v == "on"
		if v != "on" && v != "off" {
			return errors.New("must be on or off")
		}
		return nil
	}
}
