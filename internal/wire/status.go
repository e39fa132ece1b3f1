package wire

import "net/http"

// Status is a ResponseWriter that remembers how it has answered. A handler that
// wraps another one embeds it, or reads its Code.
type Status struct {
	http.ResponseWriter
	// Code is the first status that is final, 0 while there is none.
	Code int
}

// WriteHeader notes the first status that is final.
func (s *Status) WriteHeader(code int) {
	if s.Code == 0 && code >= http.StatusOK {
		s.Code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

// Write notes the implicit 200.
func (s *Status) Write(p []byte) (int, error) {
	if s.Code == 0 {
		s.Code = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *Status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
