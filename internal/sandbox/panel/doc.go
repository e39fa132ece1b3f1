// Package panel is the sandbox's page for people: applicants with their checks and reports, the requests as they come
// in, what is to come out otherwise, what is to go wrong, the clock, and specimens to try things out with.
//
// It is a client of the sandbox's control API: whatever is done on the page is a call that a program could make as
// well. What it shows of applicants comes from its Source. Pages need no script; with it they follow what happens.
//
// It imports site, which serves its files, and nothing else of the house.
package panel
