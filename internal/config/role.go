package config

import (
	"errors"
	"strings"
	"time"
)

// Role is what one process of an installation does.
type Role string

// The roles. Every role serves the probes.
const (
	// RoleAPI answers requests and works no jobs.
	RoleAPI Role = "api"
	// RoleWorker works jobs and delivers events, and answers no requests.
	RoleWorker Role = "worker"
	// RoleAll does both.
	RoleAll Role = "all"
)

// Answers says whether the process answers the API.
func (r Role) Answers() bool { return r != RoleWorker }

// Works says whether the process works jobs and delivers events.
func (r Role) Works() bool { return r != RoleAPI }

// OfProcess says whether a setting is of one process and not of the whole
// installation: replicas differ in it.
func OfProcess(name string) bool {
	switch name {
	case "DOSSIER_ADDR", "DOSSIER_DATA", "DOSSIER_METRICS_ADDR", "DOSSIER_ROLE":
		return true
	}
	return false
}

// maxDrain leaves a stop time for what is still running.
const maxDrain = 5 * time.Second

// fits checks what two settings mean together.
func (c *Config) fits() (faults []error) {
	if c.Role != RoleAll && strings.HasPrefix(c.Database.Reveal(), "sqlite:") {
		faults = append(faults, errors.New("DOSSIER_ROLE must be all with SQLite: one process has the file"))
	}
	return faults
}
