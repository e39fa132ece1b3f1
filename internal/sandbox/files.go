package sandbox

// file is the content of an upload.
type file struct {
	data []byte
	mime string
	name string
}

// files keeps the bytes of uploads up to a limit. Beyond it the oldest are forgotten, those of deleted applicants
// first: their metadata stays, a download of them is 410. Chosen over refusing uploads, so that a sandbox can run
// for weeks under a test suite. Sandbox.mu guards it.
type files struct {
	limit, used int64
	byID        map[string]file
	order       []string
}

func newFiles(limit int64) *files { return &files{limit: limit, byID: map[string]file{}} }

// put keeps f; deleted tells of an id whether its applicant is deleted.
func (f *files) put(id string, content file, deleted func(id string) bool) {
	f.byID[id] = content
	f.order = append(f.order, id)
	f.used += int64(len(content.data))
	if f.used > f.limit {
		f.evict(id, deleted)
	}
	if f.used > f.limit {
		f.evict(id, func(string) bool { return true })
	}
}

func (f *files) get(id string) (file, bool) {
	content, ok := f.byID[id]
	return content, ok
}

// drop forgets one file.
func (f *files) drop(id string) {
	f.used -= int64(len(f.byID[id].data))
	delete(f.byID, id)
}

// evict forgets the oldest files that may go until the rest fits; never the newest, which is keep.
func (f *files) evict(keep string, may func(id string) bool) {
	left := f.order[:0]
	for _, id := range f.order {
		_, held := f.byID[id]
		switch {
		case !held:
		case f.used > f.limit && id != keep && may(id):
			f.drop(id)
		default:
			left = append(left, id)
		}
	}
	f.order = left
}
