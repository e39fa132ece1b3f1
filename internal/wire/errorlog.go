package wire

import (
	"log"
	"log/slog"
	"regexp"
	"strings"
)

// address is an IP address with a port, as net/http writes it.
var address = regexp.MustCompile(`(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.%\w]+\])(:\d+)?`)

// ErrorLog gives the logger for an http.Server: its lines are warnings, without
// the addresses of those who call, which are personal data.
func ErrorLog(to *slog.Logger) *log.Logger {
	return log.New(&errorLog{to}, "", 0)
}

type errorLog struct{ to *slog.Logger }

// Write logs a line. net/http writes one at a time.
func (l *errorLog) Write(line []byte) (int, error) {
	text, _, _ := strings.Cut(string(line), "\n") // a stack may follow, with what was sent
	l.to.Warn(address.ReplaceAllString(text, "[address]"))
	return len(line), nil
}
