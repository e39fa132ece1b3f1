// Package report writes the sandbox's reports: which breakdowns and properties a report has, what an outcome
// does to them, and which result and sub-result follow (Onfido contract sections 2b to 2g).
//
// Everything that is a fact about Onfido lies in data/*.json, so that correcting it takes no code. The package is
// pure: no clock, no state, no HTTP. It imports nothing but the standard library.
package report
