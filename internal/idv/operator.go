package idv

import "slices"

// Role says what an operator may do in the console. Each includes those before
// it.
type Role string

// A viewer looks, a reviewer also decides and sends events again, and an
// administrator also sets up clients, subscriptions and operators.
const (
	RoleViewer        Role = "viewer"
	RoleReviewer      Role = "reviewer"
	RoleAdministrator Role = "administrator"
)

// Roles lists every role, the least first.
func Roles() []Role { return []Role{RoleViewer, RoleReviewer, RoleAdministrator} }

// Includes says whether whoever has the role may do what the other one may. A
// word that is no role may do nothing.
func (r Role) Includes(other Role) bool {
	has, wants := slices.Index(Roles(), r), slices.Index(Roles(), other)
	return has >= 0 && wants >= 0 && has >= wants
}
