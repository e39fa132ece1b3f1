package sandbox

import "maps"

// savedStudio is the part of a snapshot that is about workflows and the periphery.
type savedStudio struct {
	Runs       []saved[workflowRun]     `json:"workflow_runs"`
	Tasks      []saved[taskRow]         `json:"tasks"`
	Bases      map[string]string        `json:"bases"`
	Timelines  map[string]string        `json:"timeline_files"`
	Signed     map[string]string        `json:"signed_documents"`
	Signing    []saved[signingDocument] `json:"signing_documents"`
	Monitors   []saved[monitor]         `json:"watchlist_monitors"`
	Matches    map[string][]match       `json:"matches"`
	Passkeys   map[string][]passkey     `json:"passkeys"`
	Biometrics []saved[biometricToken]  `json:"biometric_tokens"`
}

func (st *state) saveStudio() savedStudio {
	return savedStudio{
		Runs: st.runs.save(), Tasks: st.tasks.save(), Bases: maps.Clone(st.bases), Timelines: maps.Clone(st.timelines),
		Signed: maps.Clone(st.signed), Signing: st.signing.save(), Monitors: st.monitors.save(),
		Matches: maps.Clone(st.matches), Passkeys: maps.Clone(st.passkeys), Biometrics: st.biometrics.save(),
	}
}

func (st *state) loadStudio(from savedStudio) {
	st.runs, st.tasks, st.signing = load(from.Runs), load(from.Tasks), load(from.Signing)
	st.monitors, st.biometrics = load(from.Monitors), load(from.Biometrics)
	maps.Copy(st.bases, from.Bases)
	maps.Copy(st.timelines, from.Timelines)
	maps.Copy(st.signed, from.Signed)
	maps.Copy(st.matches, from.Matches)
	maps.Copy(st.passkeys, from.Passkeys)
}
