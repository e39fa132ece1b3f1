// The way through the steps. The server says which there are and which are done;
// this module shows the first that is not, or one that is looked at again.

import {ask, button, h, icon, say, show} from "./dom.js"
import {answer, load, mobile, phone, post, state, t, tag} from "./session.js"
import {consent, documentChoice, instructions, prepare, residence} from "./screens.js"
import {photo} from "./photo.js"
import {video} from "./video.js"
import {handover} from "./handover.js"
import {dead, ended, review} from "./finish.js"

const screens = {
	prepare, residence, consent, document: documentChoice, video,
	native: () => location.reload(), // the server has another page for it
	front: () => photo("front"), back: () => photo("back"), selfie: () => photo("selfie"),
}

/** away is set while a desktop waits for its phone. */
export const here = {away: false, instructed: false, again: undefined}

/** next goes on to the first step that is not done. */
export function next() {
	here.again = undefined
	go()
}

/** visit goes to a step once more, whether it is done or not. */
export function visit(name) {
	here.again = name
	go()
}

/** current names the step that is shown. */
export function current() { return here.again ?? state.steps.find(s => !s.done)?.name ?? "review" }

/** go shows what is to be done now. */
export function go() {
	if (state.status !== "pending") return ended()
	const name = current()
	if (!mobile && !phone && name !== "prepare" && (here.away || state.profile.forceHandover)) return handover()
	if (name === "front" && state.profile.instructions && !here.instructed) return instructions()
	return name === "review" ? review() : screens[name]()
}

/** frame shows a screen with what all have: where one is, and ways out. */
export function frame(name, {title, text, body, actions, back}) {
	const names = [...state.steps.map(s => s.name), "review"]
	const n = names.indexOf(current()) + 1
	show(name,
		h("div", {class: "way"},
			h("p", {class: "step"}, t("step", {n, all: names.length})),
			h("div", {class: "bar", "aria-hidden": "true"}, names.map((_, i) => h("i", {class: i < n ? "on" : ""})))),
		h("h1", {}, title),
		text && h("p", {class: "lead"}, text),
		body,
		h("div", {class: "actions"}, actions),
		h("div", {class: "ways-out"},
			back && button("quiet", t("back"), back, "back"),
			button("quiet", t("cancel"), cancel, "cancel")))
}

/** previous goes to the step before the one that is shown, if there is one. */
export function previous() {
	const names = state.steps.map(s => s.name)
	const at = names.indexOf(current())
	return at > 0 ? () => visit(names[at - 1]) : undefined
}

/** trying does something that can fail, and says so below the screen's heading. */
export async function trying(f) {
	document.getElementById("problem")?.remove()
	const busy = [...document.querySelectorAll("#main button, #main select, #main input")].filter(e => !e.disabled)
	for (const e of busy) e.disabled = true
	try {
		return await f()
	} catch (e) {
		fault(e)
	} finally {
		for (const e of busy) e.disabled = false
	}
}

/** fault shows what went wrong, or that the link is dead. */
export async function fault(e) {
	if (e.status === 404 || e.status === 410) return dead(e.status === 410)
	if (e.status === 409) {
		await load()
		return go()
	}
	const texts = {
		too_large: "fileLarge", unsupported_image: "fileKind", provider_unavailable: "unavailable", too_many_requests: "tooMany",
		location_unresolvable: "locationUnresolvable",
	}
	problem(t(texts[e.code] ?? "failed"))
}

/** problem shows a text where the screen begins. */
export function problem(text) {
	document.getElementById("problem")?.remove()
	document.querySelector("#main h1")?.after(h("p", {id: "problem", class: "problem", role: "alert"}, icon("warn"), text))
}

async function cancel() {
	const sure = await ask({title: t("cancelAsk"), text: t("cancelText"), yes: t("cancelYes"), no: t("cancelNo"), stay: true})
	if (sure) await trying(async () => { await post("/cancel"); await load(); go() })
}

function languages() {
	const place = document.getElementById("language")
	if (state.languages.length < 2 || state.status !== "pending") return place.replaceChildren()
	const names = l => new Intl.DisplayNames([l === "no" ? "nb" : l], {type: "language"}).of(l === "no" ? "nb" : l)
	const select = h("select", {"aria-label": t("language"), onchange: () => trying(async () => {
		await answer({language: select.value})
		languages()
		document.getElementById("footer").textContent = t("footer")
		go()
		say(names(tag() === "nb" ? "no" : tag()))
	})}, state.languages.map(l => h("option", {value: l, lang: l, selected: l === state.language}, names(l))))
	place.replaceChildren(select)
}

// A phone that was handed the flow says so; a page that was open comes back to
// what has happened meanwhile.
async function begin() {
	try {
		await load()
		if (phone && state.status === "pending" && !state.handedOver) await answer({phoneHere: true})
	} catch (e) {
		return e.status === 404 || e.status === 410 ? dead(e.status === 410) : location.reload()
	}
	languages()
	go()
}

addEventListener("pageshow", e => { if (e.persisted) begin() })
begin()
