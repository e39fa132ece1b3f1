package config

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/envfile"
)

// Secret is a setting that prints as [redacted]; Reveal gives it.
type Secret string

// Reveal gives the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Format prints [redacted] for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText encodes [redacted].
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Config is every setting of a server. The names in the comments are those of
// the file and of the environment.
type Config struct {
	// Addr is where the server listens: DOSSIER_ADDR, default 127.0.0.1:8080.
	Addr string
	Wire Wire
	// PublicURL is the address that clients and Onfido's webhooks use:
	// DOSSIER_PUBLIC_URL. Without it no webhook is registered, and results are
	// polled for.
	PublicURL string
	// Data is the folder of the database file, blobs and keys: DOSSIER_DATA,
	// default dossier-data.
	Data string
	// Database is a postgres:// URL or sqlite:PATH: DOSSIER_DATABASE, default
	// sqlite:dossier.db in Data.
	Database Secret
	// Blobs is the URL of a bucket for images, videos and files, s3://, gs:// or
	// azblob://, that all replicas share: DOSSIER_BLOBS, default the folder blobs
	// in Data.
	Blobs string
	// Role is what the process does, api, worker or all: DOSSIER_ROLE, default all.
	Role Role
	// Drain is how long nobody must have asked a server that is told to stop, which
	// says meanwhile that it is not ready, for whoever balances the load to hear of
	// it: DOSSIER_DRAIN, default 1s.
	Drain time.Duration
	// KeyFile holds the key-encryption key: DOSSIER_KEY_FILE, default key.json
	// in Data.
	KeyFile string
	// Key is the content of a key file in base64, instead of one: DOSSIER_KEY.
	Key Secret
	// KeyKMS is the URL of the key in a KMS that wraps the key file:
	// DOSSIER_KEY_KMS; without one the file holds the keys in clear.
	KeyKMS Secret
	// GiveUpAfter ends a verification without a verdict: DOSSIER_GIVE_UP_AFTER,
	// default 24h.
	GiveUpAfter time.Duration
	// PendingFor is how long a process may wait to be started before it fails as
	// expired: DOSSIER_PENDING_FOR, default 168h.
	PendingFor time.Duration
	// TakeOverAfter is how long the work of a replica that died is left alone,
	// and the longest step of a job: DOSSIER_TAKE_OVER_AFTER, default 45s; longer
	// than the slowest answer of Onfido.
	TakeOverAfter time.Duration
	Onfido        Onfido
	// FetchImages brings the images and films that an app or Onfido's own page has
	// uploaded here, once their check is complete: DOSSIER_FETCH_IMAGES, on or off,
	// default on.
	FetchImages bool
	// WebhookAllow names networks, addresses and hosts that events may be sent to
	// although they are not public, on any port: DOSSIER_WEBHOOK_ALLOW, with commas
	// between them; default none.
	WebhookAllow []string
	// WebhookPorts are those that events may be sent to elsewhere:
	// DOSSIER_WEBHOOK_PORTS, default 80,443.
	WebhookPorts []uint16
	// Retention is the file that says how long what is kept: DOSSIER_RETENTION;
	// without one everything is kept.
	Retention string
	// OIDC is where operators log in beside their passwords.
	OIDC OIDC
	// MetricsAddr is where Prometheus asks, for the operator's network only:
	// DOSSIER_METRICS_ADDR, default none.
	MetricsAddr string
	// LogFormat is text or json: DOSSIER_LOG_FORMAT, default json.
	LogFormat string
	// LogLevel is debug, info, warn or error: DOSSIER_LOG_LEVEL, default info.
	LogLevel string

	// given is a function, because fmt prints what an unexported field holds
	// without asking it how.
	given func() map[string]Secret
	// environment is what Load was given.
	environment func(name string) (string, bool)
}

// Environment looks up a variable that is not ours but a standard's, such as one
// of OpenTelemetry's. A Config that was not loaded knows none.
func (c *Config) Environment(name string) (string, bool) {
	if c.environment == nil {
		return "", false
	}
	return c.environment(name)
}

// Given gives the value of every setting by its name, defaults too. It is empty
// for a Config that was not loaded.
func (c *Config) Given() map[string]Secret {
	if c.given == nil {
		return nil
	}
	return c.given()
}

// Wire is what the server bears from the network. Each replica counts for
// itself.
type Wire struct {
	// TLSCert and TLSKey are files in PEM: DOSSIER_TLS_CERT, DOSSIER_TLS_KEY. They
	// are read again when they change. Without them the server speaks plain HTTP,
	// for a proxy in front.
	TLSCert, TLSKey string
	// TrustedProxies are the networks from which X-Forwarded-For and
	// X-Forwarded-Proto count: DOSSIER_TRUSTED_PROXIES, with commas between them;
	// default none.
	TrustedProxies []netip.Prefix
	// PerClient and PerAddress are requests in a minute; a sixth of them may come
	// at once: DOSSIER_RATE_PER_CLIENT, default 30000, and
	// DOSSIER_RATE_PER_ADDRESS, default 60000.
	PerClient, PerAddress int
	// PerLink and PagesPerAddress are the same for the end-user's pages:
	// DOSSIER_RATE_PER_LINK, default 600, and DOSSIER_RATE_PAGES_PER_ADDRESS,
	// default 6000.
	PerLink, PagesPerAddress int
	// Uploads is how many bodies with images are read at once: DOSSIER_UPLOADS,
	// default 128; one client has at most half of them.
	Uploads int
	// Connections is how many connections are open at once:
	// DOSSIER_CONNECTIONS, default 2048; one address has at most a quarter of
	// them.
	Connections int
}

// Onfido is the company's own account there.
type Onfido struct {
	// Region is eu, us or ca: DOSSIER_ONFIDO_REGION, default eu.
	Region string
	// URL replaces the region's address: DOSSIER_ONFIDO_URL, for a sandbox.
	URL string
	// Token is an API token: DOSSIER_ONFIDO_TOKEN.
	Token Secret
	// ClientID and ClientSecret are an OAuth client instead of a token:
	// DOSSIER_ONFIDO_CLIENT_ID, DOSSIER_ONFIDO_CLIENT_SECRET.
	ClientID     string
	ClientSecret Secret
	// RequestsPerMinute is the account's limit: DOSSIER_ONFIDO_REQUESTS_PER_MINUTE,
	// default 400.
	RequestsPerMinute int
	// ChecksPerMonth is how many checks are paid for, which the console shows beside
	// those that were made: DOSSIER_ONFIDO_CHECKS_PER_MONTH, default none, zero. It
	// stops nothing.
	ChecksPerMonth int
	// WebhookToken is the key of a webhook that was registered by hand:
	// DOSSIER_ONFIDO_WEBHOOK_TOKEN.
	WebhookToken Secret
	// Settle is how long a request of unknown outcome is left alone before
	// Onfido is asked whether it happened: DOSSIER_ONFIDO_SETTLE, default 30s,
	// as long as a request may take.
	Settle time.Duration
	// Video is how a documentVideo process compares the face: video for
	// facial_similarity_video, motion for the newer facial_similarity_motion:
	// DOSSIER_ONFIDO_VIDEO, default video. App and account must fit it.
	Video string
	// SDKUploads lets our own pages take films and send them to the addresses that
	// Onfido's SDKs use, which its documentation does not name:
	// DOSSIER_ONFIDO_SDK_UPLOADS, on or off, default off.
	SDKUploads bool
	// SDKURL is where the page with Onfido's Web SDK takes it from:
	// DOSSIER_ONFIDO_SDK_URL, default Onfido's own address of its newest version.
	SDKURL string
	// SDKStyle is the address of the style sheet that older versions need:
	// DOSSIER_ONFIDO_SDK_STYLE, default none.
	SDKStyle string
}

// setting is one name and what its value means.
type setting struct {
	name, def string
	set       func(string) error
}

func (c *Config) settings() []setting {
	return []setting{
		{"DOSSIER_ADDR", "127.0.0.1:8080", address(&c.Addr)},
		{"DOSSIER_TLS_CERT", "", text(&c.Wire.TLSCert)},
		{"DOSSIER_TLS_KEY", "", text(&c.Wire.TLSKey)},
		{"DOSSIER_TRUSTED_PROXIES", "", networks(&c.Wire.TrustedProxies)},
		{"DOSSIER_RATE_PER_CLIENT", "30000", count(&c.Wire.PerClient)},
		{"DOSSIER_RATE_PER_ADDRESS", "60000", count(&c.Wire.PerAddress)},
		{"DOSSIER_RATE_PER_LINK", "600", count(&c.Wire.PerLink)},
		{"DOSSIER_RATE_PAGES_PER_ADDRESS", "6000", count(&c.Wire.PagesPerAddress)},
		{"DOSSIER_UPLOADS", "128", count(&c.Wire.Uploads)},
		{"DOSSIER_CONNECTIONS", "2048", count(&c.Wire.Connections)},
		{"DOSSIER_PUBLIC_URL", "", webURL(&c.PublicURL)},
		{"DOSSIER_DATA", "dossier-data", text(&c.Data)},
		{"DOSSIER_DATABASE", "", database(&c.Database)},
		{"DOSSIER_BLOBS", "", text(&c.Blobs)},
		{"DOSSIER_ROLE", "all", oneOf(&c.Role, RoleAPI, RoleWorker, RoleAll)},
		{"DOSSIER_DRAIN", "1s", pause(&c.Drain)},
		{"DOSSIER_KEY_FILE", "", text(&c.KeyFile)},
		{"DOSSIER_KEY", "", text(&c.Key)},
		{"DOSSIER_KEY_KMS", "", text(&c.KeyKMS)},
		{"DOSSIER_GIVE_UP_AFTER", "24h", duration(&c.GiveUpAfter)},
		{"DOSSIER_PENDING_FOR", "168h", duration(&c.PendingFor)},
		{"DOSSIER_TAKE_OVER_AFTER", "45s", lease(&c.TakeOverAfter)},
		{"DOSSIER_ONFIDO_REGION", "eu", oneOf(&c.Onfido.Region, "eu", "us", "ca")},
		{"DOSSIER_ONFIDO_URL", "", webURL(&c.Onfido.URL)},
		{"DOSSIER_ONFIDO_TOKEN", "", text(&c.Onfido.Token)},
		{"DOSSIER_ONFIDO_CLIENT_ID", "", text(&c.Onfido.ClientID)},
		{"DOSSIER_ONFIDO_CLIENT_SECRET", "", text(&c.Onfido.ClientSecret)},
		{"DOSSIER_ONFIDO_REQUESTS_PER_MINUTE", "400", count(&c.Onfido.RequestsPerMinute)},
		{"DOSSIER_ONFIDO_CHECKS_PER_MONTH", "", orNone(count(&c.Onfido.ChecksPerMonth))},
		{"DOSSIER_ONFIDO_SETTLE", "30s", duration(&c.Onfido.Settle)},
		{"DOSSIER_ONFIDO_WEBHOOK_TOKEN", "", text(&c.Onfido.WebhookToken)},
		{"DOSSIER_ONFIDO_VIDEO", "video", oneOf(&c.Onfido.Video, "video", "motion")},
		{"DOSSIER_ONFIDO_SDK_URL", "https://sdk.onfido.com/v14/Onfido.js", webURL(&c.Onfido.SDKURL)},
		{"DOSSIER_ONFIDO_SDK_STYLE", "", webURL(&c.Onfido.SDKStyle)},
		{"DOSSIER_ONFIDO_SDK_UPLOADS", "off", onOff(&c.Onfido.SDKUploads)},
		{"DOSSIER_FETCH_IMAGES", "on", onOff(&c.FetchImages)},
		{"DOSSIER_WEBHOOK_ALLOW", "", words(&c.WebhookAllow)},
		{"DOSSIER_WEBHOOK_PORTS", "80,443", ports(&c.WebhookPorts)},
		{"DOSSIER_RETENTION", "", text(&c.Retention)},
		{"DOSSIER_OIDC_ISSUER", "", issuer(&c.OIDC.Issuer)},
		{"DOSSIER_OIDC_CLIENT_ID", "", text(&c.OIDC.ClientID)},
		{"DOSSIER_OIDC_CLIENT_SECRET", "", text(&c.OIDC.ClientSecret)},
		{"DOSSIER_OIDC_SCOPES", "profile,email", words(&c.OIDC.Scopes)},
		{"DOSSIER_OIDC_NAME_CLAIM", "preferred_username", text(&c.OIDC.NameClaim)},
		{"DOSSIER_OIDC_ROLE_CLAIM", "groups", text(&c.OIDC.RoleClaim)},
		{"DOSSIER_OIDC_ROLES", "", pairs(&c.OIDC.Roles)},
		{"DOSSIER_OIDC_TENANT", "default", text(&c.OIDC.Tenant)},
		{"DOSSIER_METRICS_ADDR", "", orNone(address(&c.MetricsAddr))},
		{"DOSSIER_LOG_FORMAT", "json", oneOf(&c.LogFormat, "text", "json")},
		{"DOSSIER_LOG_LEVEL", "info", oneOf(&c.LogLevel, "debug", "info", "warn", "error")},
	}
}

// Load reads the file (none if file is empty) and then the environment, which
// wins. lookup is os.LookupEnv outside tests. The error lists everything that
// is wrong, without values.
func Load(file string, lookup func(string) (string, bool)) (*Config, error) {
	return load(file, lookup, (*Config).needsOnfido)
}

// LoadOffline is Load for the commands that work on the database alone and need
// no account at Onfido.
func LoadOffline(file string, lookup func(string) (string, bool)) (*Config, error) {
	return load(file, lookup, func(*Config) []error { return nil })
}

func load(file string, lookup func(string) (string, bool), demand func(*Config) []error) (*Config, error) {
	var inFile map[string]string
	if file != "" {
		var err error
		if inFile, err = envfile.Read(file); err != nil {
			return nil, fmt.Errorf("read the configuration: %w", err)
		}
	}
	given := map[string]Secret{}
	c := &Config{given: func() map[string]Secret { return given }, environment: lookup}
	var faults []error
	known := map[string]bool{}
	for _, s := range c.settings() {
		known[s.name] = true
		v := value(s, inFile, lookup)
		given[s.name] = Secret(v)
		if err := s.set(v); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", s.name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(inFile)) {
		if strings.HasPrefix(name, "DOSSIER_") && !known[name] {
			faults = append(faults, fmt.Errorf("%s in %s is not a setting", name, file))
		}
	}
	if (c.Wire.TLSCert == "") != (c.Wire.TLSKey == "") {
		faults = append(faults, errors.New("DOSSIER_TLS_CERT and DOSSIER_TLS_KEY go together"))
	}
	if c.Key != "" && c.KeyKMS != "" {
		faults = append(faults, errors.New("DOSSIER_KEY and DOSSIER_KEY_KMS exclude each other: a KMS wraps a key file"))
	}
	faults = append(faults, c.OIDC.faults(c.PublicURL)...)
	faults = append(faults, demand(c)...)
	c.complete()
	faults = append(faults, c.fits()...)
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("the configuration is not valid:\n%w", err)
	}
	return c, nil
}

func value(s setting, inFile map[string]string, lookup func(string) (string, bool)) string {
	if v, ok := lookup(s.name); ok && v != "" {
		return v
	}
	if v := inFile[s.name]; v != "" {
		return v
	}
	return s.def
}

// complete fills in what follows from other settings.
func (c *Config) complete() {
	if c.Database == "" {
		c.Database = Secret("sqlite:" + filepath.Join(c.Data, "dossier.db"))
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Data, "key.json")
	}
}

// needsOnfido checks that there is one way to log in at Onfido.
func (c *Config) needsOnfido() (faults []error) {
	o := &c.Onfido
	if (o.ClientID == "") != (o.ClientSecret == "") {
		faults = append(faults, errors.New("DOSSIER_ONFIDO_CLIENT_ID and DOSSIER_ONFIDO_CLIENT_SECRET go together"))
	}
	if o.Token != "" && o.ClientID != "" {
		faults = append(faults, errors.New("DOSSIER_ONFIDO_TOKEN and DOSSIER_ONFIDO_CLIENT_ID exclude each other"))
	}
	if o.Token == "" && o.ClientID == "" {
		faults = append(faults, errors.New("DOSSIER_ONFIDO_TOKEN (or an OAuth client) is required"))
	}
	return faults
}
