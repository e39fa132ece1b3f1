// Package sso lets a company's own OpenID Connect provider say who an operator is
// and what they may do: the code flow with PKCE (RFC 7636), state and nonce
// (OpenID Connect Core 1.0, section 3.1). What a person may do comes from a claim,
// at each login anew.
//
// It keeps nothing: what has to be remembered between leaving for the provider and
// coming back is a ticket in the browser's own cookie.
//
// It imports idv for the roles, go-oidc for discovery and the checks of tokens,
// and x/oauth2.
package sso
