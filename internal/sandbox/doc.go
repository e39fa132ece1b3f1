// Package sandbox is a stateful double of Onfido's REST API v3.6, in memory: applicants, documents, live photos,
// checks that complete after a while, reports with full breakdowns, signed webhooks that are really delivered.
// It lets whoever builds on Onfido test without an account and without a network.
//
// With a sandbox token outcomes come from Onfido's own sandbox triggers (applicant last name "consider"; "consider"
// and "sub_result" of a check) and from the scenarios under /sandbox/, which are an extension of ours. With a live
// token it also looks at the pictures, and what they show decides where neither trigger nor scenario does.
// docs/sandbox.md says endpoint by endpoint what is faithful, scripted or not there.
//
// The package is built from the Onfido contract alone. It must not import the client of that API or the domain,
// because a shared type would hide a shared mistake; of the project it imports only its own rooms
// (chip, evidence, fault, hook, panel, program, report, timeline, upload) and, through the first, vision. Which texts and tables are Onfido's and which are guesses is said where they stand.
package sandbox
