// Package bench measures the whole server from outside, as processes, beside
// rivals in the same run. It holds benchmarks only; `make bench` runs them and
// compares their ratios with ratios.txt.
//
// It imports the client.
package bench
