package sandbox

// Operations are the method and path of everything the API serves, for tests that hold documents to it.
func Operations() []string {
	s := &Sandbox{}
	out := []string{"POST /oauth/token"}
	for _, rt := range append(s.operations(), s.uploadRoutes()...) {
		out = append(out, rt.pattern)
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
