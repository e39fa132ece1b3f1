package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/dossier-id/dossier/internal/idv"
)

// UserData is what the customer says about the end-user; the provider may
// compare it with the document. Every field is optional.
type UserData struct {
	FirstName   string   `json:"firstName,omitempty"`
	LastName    string   `json:"lastName,omitempty"`
	DateOfBirth string   `json:"dateOfBirth,omitempty" doc:"YYYY-MM-DD"`
	Email       string   `json:"email,omitempty"`
	PhoneNumber string   `json:"phoneNumber,omitempty"`
	Nationality string   `json:"nationality,omitempty" doc:"ISO 3166-1 alpha-3"`
	Gender      string   `json:"gender,omitempty" doc:"F, M or X"`
	Address     *Address `json:"address,omitempty"`
}

// Address is a postal address.
type Address struct {
	Street         string `json:"street,omitempty"`
	BuildingNumber string `json:"buildingNumber,omitempty"`
	FlatNumber     string `json:"flatNumber,omitempty"`
	Town           string `json:"town,omitempty"`
	State          string `json:"state,omitempty"`
	Postcode       string `json:"postcode,omitempty" doc:"Required in an address."`
	Country        string `json:"country,omitempty" doc:"ISO 3166-1 alpha-3; required in an address."`
}

type userDataRequest struct {
	DossierPath
	Body UserData
}

func (a *api) registerUserData() {
	const path = "/assure/dossiers/{dossierId}/userdata"
	huma.Register(a.huma, a.operation(toUpload, http.MethodPost, path, "setUserData", "Set the user data of a dossier",
		withStatus(http.StatusNoContent)), a.setUserData)
	huma.Register(a.huma, a.operation(toUpload, http.MethodPut, path, "replaceUserData", "Replace the user data of a dossier",
		withStatus(http.StatusNoContent)), a.setUserData)
	huma.Register(a.huma, a.operation(toRead, http.MethodGet, path, "getUserData", "Get the user data of a dossier"), a.getUserData)
}

func (a *api) setUserData(ctx context.Context, in *userDataRequest) (*struct{}, error) {
	belongsTo(ctx, in.DossierID)
	return nil, a.Service.SetUserData(ctx, callerOf(ctx).Tenant, in.DossierID, readUserData(in.Body))
}

func (a *api) getUserData(ctx context.Context, in *DossierPath) (*struct{ Body *UserData }, error) {
	u, err := a.Service.UserData(ctx, callerOf(ctx).Tenant, in.DossierID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body *UserData }{showUserData(u)}, nil
}

func readUserData(u UserData) *idv.UserData {
	out := &idv.UserData{
		FirstName: idv.Personal(u.FirstName), LastName: idv.Personal(u.LastName), DateOfBirth: idv.Personal(u.DateOfBirth),
		Email: idv.Personal(u.Email), PhoneNumber: idv.Personal(u.PhoneNumber),
		Nationality: idv.Personal(u.Nationality), Gender: idv.Personal(u.Gender),
	}
	if a := u.Address; a != nil {
		out.Address = &idv.Address{
			Street: idv.Personal(a.Street), BuildingNumber: idv.Personal(a.BuildingNumber), FlatNumber: idv.Personal(a.FlatNumber),
			Town: idv.Personal(a.Town), State: idv.Personal(a.State), Postcode: idv.Personal(a.Postcode), Country: idv.Personal(a.Country),
		}
	}
	return out
}

func showUserData(u *idv.UserData) *UserData {
	out := &UserData{
		FirstName: u.FirstName.Reveal(), LastName: u.LastName.Reveal(), DateOfBirth: u.DateOfBirth.Reveal(),
		Email: u.Email.Reveal(), PhoneNumber: u.PhoneNumber.Reveal(),
		Nationality: u.Nationality.Reveal(), Gender: u.Gender.Reveal(),
	}
	if a := u.Address; a != nil {
		out.Address = &Address{
			Street: a.Street.Reveal(), BuildingNumber: a.BuildingNumber.Reveal(), FlatNumber: a.FlatNumber.Reveal(),
			Town: a.Town.Reveal(), State: a.State.Reveal(), Postcode: a.Postcode.Reveal(), Country: a.Country.Reveal(),
		}
	}
	return out
}
