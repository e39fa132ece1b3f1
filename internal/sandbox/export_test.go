package sandbox

import "strings"

// Operations are the method and path of everything the API serves, for tests that hold documents to it.
func Operations() []string {
	s := &Sandbox{}
	out := []string{"POST /oauth/token"}
	for _, rt := range s.operations() {
		out = append(out, rt.pattern)
	}
	return out
}

// SDKCalls are the method and path of what the SDKs call, with * for the version.
func SDKCalls() []string {
	var out []string
	for _, rt := range (&Sandbox{}).sdkRoutes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		out = append(out, method+" /v*"+path)
	}
	return out
}

// Controls are the method and path of the extension.
func Controls() []string {
	var out []string
	for _, rt := range (&Sandbox{}).controls() {
		out = append(out, rt.pattern)
	}
	return out
}
