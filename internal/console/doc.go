// Package console serves the operators' pages at /console: what was decided and
// why, what needs a hand, and what is set up.
//
// Pages are rendered here (html/template) and work without scripts; htmx, uPlot
// and a little of our own make them pleasant. All of it is in the binary, the
// Content-Security-Policy lets nothing else in, and nothing inline. Every route
// is a row of one table that says which role it takes; what an operator sees is
// of their own tenant, because every use case is asked for that tenant.
//
// A use case that shows something about a person records who looked before it
// gives anything out; the pages show those records.
//
// What it shows of other rooms, the reading of pictures and the end-user's pages,
// it is given as functions.
//
// It imports archive (the plain words for what was found), auth, idv, service, site
// and store (what an operator, a client and a report on the trail are).
package console
