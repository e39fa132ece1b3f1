package sandbox

import (
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/sandbox/report"
)

// checkRequest is the body of POST /checks (Onfido contract section 2a).
type checkRequest struct {
	applicantID  string
	reportNames  []string
	documentIDs  []string
	webhookIDs   []string
	tags         []string
	consider     []string
	subResult    *string
	providesData bool
	wait         bool // asynchronous: false
	redirectURI  *string
	privacyRead  *bool
}

func (s *Sandbox) readCheck(in *input) (checkRequest, error) {
	names, err := s.reportNames(in)
	if err != nil {
		return checkRequest{}, err
	}
	known := oneOf(s.reports.Names()...)
	c := checkRequest{
		applicantID: in.require("applicant_id"), reportNames: names, documentIDs: in.list("document_ids"),
		webhookIDs: in.list("webhook_ids"), tags: in.list("tags"), consider: in.list("consider", known),
		subResult: in.text("sub_result", isSubResult), redirectURI: in.text("redirect_uri"),
		privacyRead: in.boolean("privacy_notices_read_consent_given"),
	}
	c.providesData = isTrue(in.boolean("applicant_provides_data"))
	asynchronous := in.boolean("asynchronous")
	c.wait = asynchronous != nil && !*asynchronous
	in.boolean("suppress_form_emails")
	in.licence("us_driving_licence", slices.Contains(names, "us_driving_licence"))
	_, done := in.object("report_configuration") // deprecated, without effect here
	done()
	if c.tags == nil {
		c.tags = []string{}
	}
	return c, in.err()
}

// reportNames reads the names of the wanted reports; each way to get them wrong has an error type of its own.
func (s *Sandbox) reportNames(in *input) ([]string, error) {
	var names []string
	if !in.value("report_names", textArray, &names) && len(in.problems) > 0 {
		return nil, refused("report_names_format", textValidation, in.problems)
	}
	if len(names) == 0 {
		return nil, refused("report_names_blank", textReportNames, problems{"report_names": {textBlank}})
	}
	if len(names) > maxList {
		return nil, invalid("report_names", textTooLong)
	}
	unknown := slices.DeleteFunc(slices.Clone(names), s.reports.Knows)
	if len(unknown) > 0 {
		message := "The following report names are not valid: " + strings.Join(unknown, ", ")
		return nil, refused("invalid_reports_names", message, problems{"report_names": {textUnknownValue}})
	}
	return names, nil
}

// licence reads the data of a US driving licence, demanded by the report of that name.
func (in *input) licence(key string, demanded bool) {
	n, done := in.object(key)
	defer done()
	if n == nil {
		if demanded && len(in.problems[key]) == 0 {
			in.fail(key, textBlank)
		}
		return
	}
	n.require("id_number")
	n.require("issue_state")
}

func isSubResult(s string) string {
	if report.KnownSubResult(s) {
		return ""
	}
	return textUnknownValue
}

func isTrue(b *bool) bool { return b != nil && *b }

func isFalse(b *bool) bool { return b != nil && !*b }

// materials is what the reports of a check look at.
type materials struct {
	documents []document
	media     map[string]string // id by kind: live_photo, live_video, motion_capture
}

// gather finds the uploads that the reports need, the newest where the request names none.
func (s *Sandbox) gather(a applicant, c checkRequest) (materials, error) {
	m := materials{media: map[string]string{}}
	for _, id := range c.documentIDs {
		d, known := s.state.documents.get(id)
		if !known || d.ApplicantID != a.ID {
			return m, invalid("document_ids", textForeignDocuments)
		}
		m.documents = append(m.documents, d)
	}
	if all := s.state.documents.of(a.ID); len(m.documents) == 0 && len(all) > 0 {
		m.documents = all[len(all)-1:]
	}
	for kind, t := range map[string]*table[media]{
		"live_photo": s.state.photos, "live_video": s.state.videos, "motion_capture": s.state.motions,
	} {
		if ids := t.owners[a.ID]; len(ids) > 0 {
			m.media[kind] = ids[len(ids)-1]
		}
	}
	if c.providesData {
		return m, nil // the applicant will upload them
	}
	return m, s.missing(c.reportNames, m)
}

// missing says which upload the reports lack.
func (s *Sandbox) missing(reportNames []string, m materials) error {
	texts := map[string]string{"live_photo": textNeedsPhoto, "live_video": textNeedsVideo, "motion_capture": textNeedsMotion}
	wrong := problems{}
	for _, name := range reportNames {
		for _, need := range s.reports.Needs(name) {
			text := texts[need]
			if need == "document" {
				text = textNeedsDocument
			}
			has := m.media[need] != "" || need == "document" && len(m.documents) > 0
			if !has && !slices.Contains(wrong["applicant"], any(text)) {
				wrong.add("applicant", text)
			}
		}
	}
	return wrong.err()
}

// consentMonths is how long a consent is good for (Onfido contract section 6).
const consentMonths = 6

// lawful holds a check to what the live service demands of the applicant: a known location, and of US applicants
// the consent to be checked (Onfido contract section 6). Only in strict mode: Onfido's own sandbox does not demand
// it. The live texts are not known.
func (s *Sandbox) lawful(a applicant, c checkRequest) error {
	if !s.opts.Strict {
		return nil
	}
	if a.Location == nil {
		return invalid("location", textLocation)
	}
	covered := slices.ContainsFunc(c.reportNames, func(name string) bool {
		return strings.HasPrefix(name, "document") || strings.HasPrefix(name, "facial_similarity") || name == "known_faces"
	})
	inUSA := a.Location.CountryOfResidence != nil && *a.Location.CountryOfResidence == "USA"
	since := timestamp(s.clock.Now().AddDate(0, -consentMonths, 0))
	granted := slices.ContainsFunc(s.state.consents[a.ID], func(k consent) bool {
		return k.Name == privacyNotices && k.Granted && text(k.GrantedAt) >= since
	})
	if inUSA && covered && !granted && !isTrue(c.privacyRead) {
		return problems{"consents": {problems{privacyNotices: {textConsent}}}}.err()
	}
	return nil
}
