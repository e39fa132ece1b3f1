// Package optional runs the optional programs that see more than the vision packages do: ffmpeg for the frames of films, tesseract
// for printed text, and a program of the user's own that describes faces. Each is found in the settings or on the path. One
// that is not there is not run, which is no error.
//
// They get pictures of passports, and files that were sent by anybody. So each runs without a shell, with a few
// variables of the environment and none of ours, gets what it shall see by a pipe, or an open file without a name, and
// has a limited time for a limited number of bytes; then it is ended together with all that it has started.
//
// It imports the standard library and, to understand what tesseract says, package vision/printed.
package optional
