package console

import (
	"slices"
	"strings"

	"github.com/dossier-id/dossier/internal/idv"
)

// folder is what the page of a dossier shows.
type folder struct {
	*idv.Dossier
	Lines []idv.ProcessLine
	Files []idv.Image
}

// datum is a field of the user data.
type datum struct{ Name, Value string }

func (c *console) dossier(q *request) error {
	id := q.PathValue("dossier")
	d, err := c.Service.Dossier(q.Context(), q.op.Tenant, id)
	if err != nil {
		return err
	}
	f := folder{Dossier: d.Dossier, Files: d.Files}
	for _, p := range d.Processes {
		f.Lines = append(f.Lines, idv.ProcessLine{
			ProcessKey: idv.ProcessKey{Tenant: p.TenantID, Dossier: p.DossierID, Process: p.ID}, Type: p.Type, DocumentType: p.DocumentType,
			Status: p.Status, ReviewedAt: p.Reviewed.DecidedAt(), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		})
	}
	slices.Reverse(f.Lines)
	return c.show(q, "dossier", frame{Title: "Dossier", Here: "find", Body: f})
}

// userData is a part of the page of a dossier: reading it is recorded.
func (c *console) userData(q *request) error {
	u, err := c.Service.UserData(q.Context(), q.op.Tenant, q.PathValue("dossier"))
	if err != nil {
		return err
	}
	return c.part(q, "dossier", "userdata", dataOf(u))
}

func dataOf(u *idv.UserData) (data []datum) {
	add := func(name string, v idv.Personal) {
		if v != "" {
			data = append(data, datum{name, v.Reveal()})
		}
	}
	add("First name", u.FirstName)
	add("Last name", u.LastName)
	add("Date of birth", u.DateOfBirth)
	add("E-mail", u.Email)
	add("Phone", u.PhoneNumber)
	add("Nationality", u.Nationality)
	add("Gender", u.Gender)
	if a := u.Address; a != nil {
		street := strings.TrimSpace(a.Street.Reveal() + " " + a.BuildingNumber.Reveal() + " " + a.FlatNumber.Reveal())
		add("Street", idv.Personal(street))
		add("Town", idv.Personal(strings.TrimSpace(a.Postcode.Reveal()+" "+a.Town.Reveal()+" "+a.State.Reveal())))
		add("Country", a.Country)
	}
	return data
}
