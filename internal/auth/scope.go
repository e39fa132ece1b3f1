package auth

import "slices"

// The scopes of the hosted service: one for all, and the older pair (Assure
// contract section 2).
const (
	ScopeAll     = "signicat-api"
	ScopeAssure  = "client.assure.api"
	ScopeCapture = "client.capture.api"
)

// The narrower scopes, which this server has beside them [ours].
const (
	// ScopeRead is for seeing dossiers, images, results and events.
	ScopeRead = "dossier.read"
	// ScopeUpload is for bringing in: dossiers, processes, user data, images.
	ScopeUpload = "dossier.upload"
	// ScopeStart is for starting a verification, which costs money, and for
	// calling one off.
	ScopeStart = "dossier.start"
	// ScopeDelete is for deleting dossiers, processes and files.
	ScopeDelete = "dossier.delete"
	// ScopeConfigure is for setting up: endpoints of events and their secrets.
	ScopeConfigure = "dossier.configure"
	// ScopeOperate is for looking after what is there: pause, resume and replay
	// events, put dossiers under a legal hold and release them.
	ScopeOperate = "dossier.operate"
)

// Scopes lists every scope there is, those of the contract first.
func Scopes() []string {
	return []string{
		ScopeAll, ScopeAssure, ScopeCapture,
		ScopeRead, ScopeUpload, ScopeStart, ScopeDelete, ScopeConfigure, ScopeOperate,
	}
}

// ScopeMeaning says in a few words what a scope is for.
func ScopeMeaning(scope string) string {
	return map[string]string{
		ScopeAll: "everything", ScopeAssure: "all of the scopes dossier.…", ScopeCapture: "capture flows",
		ScopeRead: "see dossiers, images, results and events", ScopeUpload: "make dossiers and processes, set user data and images",
		ScopeStart: "start and cancel verifications", ScopeDelete: "delete dossiers, processes and files",
		ScopeConfigure: "set up endpoints of events", ScopeOperate: "pause, resume, test and replay events; legal holds",
	}[scope]
}

// covers says whether a scope includes another. The older client.assure.api is
// all that this server does but capture flows.
func covers(has, wanted string) bool {
	if !slices.Contains(Scopes(), wanted) {
		return false
	}
	switch has {
	case wanted, ScopeAll:
		return true
	case ScopeAssure:
		return wanted != ScopeAll && wanted != ScopeCapture && slices.Contains(Scopes(), wanted)
	}
	return false
}
