// Package site is what pages of the house have in common: their scripts and
// styles under an address that changes with them (Assets), and their templates
// inside one frame (Pages). What is in them is the affair of who embeds them.
//
// It imports nothing of the house.
package site
