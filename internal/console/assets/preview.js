// The end-user's pages with no flow behind them: what the server would say is in
// the page, and nothing is sent. This runs before the modules of the pages.
const given = JSON.parse(document.getElementById("preview").textContent)
const {state} = given
const base = document.body.dataset.base

const look = new CSSStyleSheet()
look.replaceSync(given.theme)
document.adoptedStyleSheets = [look]

function done(name) {
	for (const step of state.steps) if (step.name === name) step.done = true
}

// answered takes what the page says of its end-user, as the server does.
function answered(what) {
	if (what.prepared) done("prepare")
	if (what.language) {
		state.language = what.language
		state.direction = given.directions[what.language]
	}
	if (what.country) {
		state.country = what.country
		done("residence")
	}
	if (what.consent === true) done("consent")
	if (what.consent === false) state.status = "failed"
	if (what.documentType) {
		state.documentType = what.documentType
		state.issuingCountry = what.issuingCountry
		done("document")
	}
	return state
}

function reply(path, body) {
	if (path.startsWith("/texts/")) return given.texts[path.slice("/texts/".length)]
	switch (path) {
	case "/documents": return given.documents
	case "/countries": return given.countries
	case "/answers": return answered(JSON.parse(body))
	case "/cancel": state.status = "canceled"
	case "/submit": if (state.status === "pending") state.status = "processing"
	}
	return state
}

window.fetch = async (address, {body} = {}) => Response.json(reply(String(address).slice(base.length), body))

// A picture goes nowhere; with the last one the preview is at its end, because
// there are none to show again.
window.XMLHttpRequest = class {
	upload = {}
	open(_, address) { this.step = address.split("/").pop() }
	send() {
		done(this.step)
		if (state.steps.every(s => s.done)) state.status = "processing"
		this.status = 200
		this.response = state
		setTimeout(() => this.onload())
	}
	getResponseHeader() { return null }
}
