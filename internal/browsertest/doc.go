// Package browsertest gives a test a real headless Chromium: empty, offline by
// choice of the test's pages, and with a camera whose picture the test decides.
//
// A Browser is one Chromium with a profile of its own and one fake camera. The
// camera shows the file that Browser.Show wrote last, from the next time that a
// page opens it. A Page is a tab in a browser context of its own, so that two
// pages of one browser share no cookies or storage, like two devices.
//
// Chromium is looked for where Debian puts it; DOSSIER_TEST_CHROMIUM names
// another. New fails the test, and never skips it, where there is none.
//
// Imported by tests only. It imports nothing of Dossier.
package browsertest
