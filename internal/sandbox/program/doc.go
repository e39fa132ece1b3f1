// Package program runs the optional programs that let the sandbox see more: ffmpeg for the frames of films, and a
// program of the user's own that describes faces. Each is found in the settings or on the path,
// gets a limited time and may answer a limited number of bytes. One that is not there is not run, which is no error.
//
// It imports nothing but the standard library.
package program
