// Package mrz understands the machine readable zone of travel documents as
// text: the layouts TD1, TD2, TD3, MRV-A and MRV-B, their fields and check
// digits (ICAO Doc 9303, parts 3 to 7).
//
// Parse takes lines as they are. Solve takes what a reader of pixels thinks of
// every character and finds the zone that it most likely saw.
//
// It imports the standard library only and knows nothing of pictures.
package mrz
