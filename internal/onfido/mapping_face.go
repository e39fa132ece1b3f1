package onfido

import "encoding/json"

// facialSimilarity is the part of that name in providerSpecific. similarity is
// low, medium, high or "".
func facialSimilarity(report object, similarity string) object {
	out := conclusions(report)
	if similarity != "" {
		out["similarityScore"] = similarity
	}
	nameMedia(report, part(out, "breakdowns"))
	fill(out, facts().object(part(report, "properties"), 0))
	return out
}

// nameMedia says in faceMatch which live photo, or film, and which document were
// compared. Onfido names the document there but the rest only in the report's
// envelope (Onfido contract section 2f); Assure names both. The names for films
// are ours, made like that of the photo.
func nameMedia(report, breakdowns object) {
	match := part(part(part(part(breakdowns, "faceComparison"), "breakdown"), "faceMatch"), "properties")
	if match == nil {
		return
	}
	media := object{}
	setText(media, "livePhotoId", first(report, "live_photos")["id"])
	setText(media, "liveVideoId", first(report, "live_videos")["id"])
	setText(media, "motionCaptureId", first(report, "motion_captures")["id"])
	setText(media, "documentId", first(report, "documents")["id"])
	fill(match, media)
}

// similarityScore names how alike the faces are, by the thresholds of Assure
// contract section 8; "" when the report has no score from 0 to 1.
func similarityScore(report object) string {
	comparison := part(part(part(report, "breakdown"), "face_comparison"), "breakdown")
	number, _ := part(part(comparison, "face_match"), "properties")["score"].(json.Number)
	score, err := number.Float64()
	switch {
	case err != nil || score < 0 || score > 1:
		return ""
	case score < 0.5:
		return "low"
	case score < 0.8:
		return "medium"
	default:
		return "high"
	}
}
