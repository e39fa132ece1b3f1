package onfido

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/dossier-id/dossier/internal/idv"
)

// verdict turns the raw document report and the raw face report, which may be
// absent, into Assure's result (Assure contract section 8). Whatever the
// reports hold, it gives a verdict without a null in it, or an error when a
// report is no JSON object of a bearable size.
func verdict(document, face []byte) (*idv.Verdict, error) {
	doc, err := readDocument(document)
	if err != nil {
		return nil, fmt.Errorf("reading the document report: %w", err)
	}
	specific := object{"documentVerification": doc.verification()}
	v := &idv.Verdict{IssuingCountry: doc.issuingCountry(), Reports: []idv.Report{{Kind: idv.ReportDocument, Raw: document}}}
	var faceResult, similarity string
	if face != nil {
		report, err := decodeObject(face)
		if err != nil {
			return nil, fmt.Errorf("reading the face report: %w", err)
		}
		similarity = similarityScore(report)
		faceResult, _ = report["result"].(string)
		specific["facialSimilarity"] = facialSimilarity(report, similarity)
		v.Reports = append(v.Reports, idv.Report{Kind: idv.ReportFace, Raw: face})
	}
	v.Status = status(doc.subResult(), face != nil, faceResult)
	if v.Status == idv.StatusAccepted {
		v.Final = doc.finalResult(similarity)
	}
	v.ProviderSpecific, err = encode(specific)
	return v, err
}

// status is the table of Assure contract section 8. A word that is not in it is
// no reason to trust anybody: it counts as suspected.
func status(document string, hasFace bool, face string) idv.Status {
	switch {
	case document == "rejected":
		return idv.StatusRejected
	case document == "clear" && (!hasFace || face == "clear"):
		return idv.StatusAccepted
	default:
		return idv.StatusInconclusive
	}
}

// conclusions gives what both kinds of report have: the result, the breakdowns
// and one flat verdict for each breakdown that has a result.
func conclusions(report object) object {
	breakdowns := findings().object(part(report, "breakdown"), 0)
	out := object{}
	for name, group := range breakdowns {
		if group, ok := group.(object); ok {
			setText(out, name, group["result"])
		}
	}
	setText(out, "result", report["result"])
	out["breakdowns"] = breakdowns
	return out
}

// encode writes < and > as they are: a machine-readable zone is full of them.
func encode(o object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return nil, fmt.Errorf("writing the provider's findings: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
