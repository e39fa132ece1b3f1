package sandbox

import "maps"

// replay shows a recorded report in place of the written one: as it is, but about this check. Its result counts for
// the check's.
func (row *reportRow) replay(recorded map[string]any) {
	raw := maps.Clone(recorded)
	b := &row.Body
	raw["id"], raw["href"], raw["check_id"], raw["name"], raw["created_at"] = b.ID, b.Href, b.CheckID, b.Name, b.CreatedAt
	raw["documents"] = b.Documents
	if _, given := raw["status"]; !given {
		raw["status"] = statusComplete
	}
	if row.Faces != nil {
		raw["live_photos"], raw["live_videos"] = row.Faces.LivePhotos, row.Faces.LiveVideos
		raw["motion_captures"], raw["id_photos"] = row.Faces.MotionCaptures, row.Faces.IDPhotos
	}
	if len(b.Documents) > 0 {
		raw["breakdown"] = withDocumentID(raw["breakdown"], b.Documents[0].ID)
	}
	b.Result, b.SubResult = textOf(raw["result"]), textOf(raw["sub_result"])
	row.Raw = raw
}

// withDocumentID is a copy of a recorded value in which every document_id is the one given.
func withDocumentID(v any, id string) any {
	o, isObject := v.(map[string]any)
	if !isObject {
		return v
	}
	out := make(map[string]any, len(o))
	for key, inner := range o {
		out[key] = withDocumentID(inner, id)
		if key == "document_id" {
			out[key] = id
		}
	}
	return out
}

func textOf(v any) *string {
	s, isText := v.(string)
	if !isText {
		return nil
	}
	return &s
}
