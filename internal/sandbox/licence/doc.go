// Package licence knows how the driving licences look of which Onfido reads more than the usual (Assure contract
// section 8): which vehicle classes, dates and numbers a licence of each of the 64 issuers carries. It makes the
// licence that an applicant would have, for a report about a picture that cannot be read.
//
// The facts, where they come from, and which of them nobody looked up, are in data/licences.txt. The package is pure:
// no clock, no state. It imports nothing but the standard library.
package licence
