package wire

import (
	"log"
	"log/slog"
	"regexp"
	"strings"
)

// address is an IP address with a port, as net/http writes it.
var address = regexp.MustCompile(`(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.%\w]+\])(:\d+)?`)

// panicking is what net/http writes before the address and the value of a panic.
const panicking = "panic serving "

// ErrorLog gives the logger for an http.Server: its lines are warnings, without
// the addresses of those who call, which are personal data, and without the
// values of panics, which may be.
func ErrorLog(to *slog.Logger) *log.Logger {
	return log.New(&errorLog{to}, "", 0)
}

type errorLog struct{ to *slog.Logger }

// Write logs a line. net/http writes one at a time.
func (l *errorLog) Write(line []byte) (int, error) {
	text, _, _ := strings.Cut(string(line), "\n") // a stack may follow, with what was sent
	if before, _, panicked := strings.Cut(text, panicking); panicked {
		text = before + panicking + "[address]" // what follows is the value of the panic
	}
	l.to.Warn(address.ReplaceAllString(text, "[address]"))
	return len(line), nil
}
