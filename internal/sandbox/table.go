package sandbox

import "slices"

// table keeps rows in order of arrival and finds them by id and by owner (an applicant, a check). Rows are
// values: what get returns may be changed freely, and only put changes the table. It is not safe for concurrent use.
type table[T any] struct {
	rows   map[string]entry[T]
	ids    []string
	owners map[string][]string
}

type entry[T any] struct {
	owner string
	row   T
}

func newTable[T any]() *table[T] {
	return &table[T]{rows: map[string]entry[T]{}, owners: map[string][]string{}}
}

// put adds the row, or replaces the one of that id in its place.
func (t *table[T]) put(id, owner string, row T) {
	if _, known := t.rows[id]; !known {
		t.ids = append(t.ids, id)
		t.owners[owner] = append(t.owners[owner], id)
	}
	t.rows[id] = entry[T]{owner, row}
}

func (t *table[T]) get(id string) (T, bool) {
	e, ok := t.rows[id]
	return e.row, ok
}

// owner is whose row it is, empty for an unknown id.
func (t *table[T]) owner(id string) string { return t.rows[id].owner }

// all are the rows, oldest first.
func (t *table[T]) all() []T { return t.pick(t.ids) }

// of are the rows of one owner, oldest first; never nil, so that an empty list is [] on the wire.
func (t *table[T]) of(owner string) []T { return t.pick(t.owners[owner]) }

func (t *table[T]) pick(ids []string) []T {
	out := make([]T, 0, len(ids))
	for _, id := range ids {
		out = append(out, t.rows[id].row)
	}
	return out
}

func (t *table[T]) remove(id string) {
	e, known := t.rows[id]
	if !known {
		return
	}
	delete(t.rows, id)
	t.ids = cutOut(t.ids, id)
	if t.owners[e.owner] = cutOut(t.owners[e.owner], id); len(t.owners[e.owner]) == 0 {
		delete(t.owners, e.owner)
	}
}

// removeAll removes the rows of one owner.
func (t *table[T]) removeAll(owner string) {
	for _, id := range slices.Clone(t.owners[owner]) {
		t.remove(id)
	}
}

// cutOut takes one id out of a list. The oldest, which goes most often, is found at once.
func cutOut(ids []string, id string) []string {
	i := slices.Index(ids, id)
	if i == 0 {
		return ids[1:]
	}
	return slices.Delete(ids, i, i+1)
}
