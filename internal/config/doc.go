// Package config reads the settings of a server once, from a file and the
// environment, into one struct, and reports everything that is wrong with them
// at once. Secrets are never printed.
//
// It imports envfile and only the standard library beside.
package config
