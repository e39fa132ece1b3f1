// The end: everything once more, the hand-over to the server, and the way back.

import {ask, button, h, icon, onLeave, say, show} from "./dom.js"
import {address, load, phone, post, state, t} from "./session.js"
import {fault, frame, go, visit} from "./app.js"

/** review shows every picture before it is checked. */
export function review() {
	const names = {front: t("front"), back: t("backSide"), selfie: t("selfie"), video: t("video")}
	const rows = state.steps.filter(s => names[s.name]).map(({name}) => h("li", {},
		h("figure", {},
			name === "video" ? h("span", {class: "badge"}, icon("film")) : h("img", {src: address(`/images/${name}?at=${Date.now()}`), alt: names[name]}),
			h("figcaption", {}, names[name])),
		h("button", {type: "button", class: "button quiet", id: "change-" + name, "aria-label": `${t("change")}: ${names[name]}`, onclick: () => visit(name)}, t("change"))))
	frame("review", {
		title: t("reviewTitle"), text: t("reviewText"), body: h("ul", {class: "review"}, rows),
		actions: button("primary", t("submit"), submit, "submit"),
	})
}

// submit asks the server to start. The server does so once, whoever asks again.
async function submit() {
	show("submitting", h("h1", {}, t("submitting")), h("p", {class: "loading"}, h("span", {class: "spinner"})))
	say(t("submitting"))
	try {
		await post("/submit")
		await load()
		go()
	} catch (e) {
		if (e.status === 400 || e.status === 503) { await load().catch(() => {}); go() }
		fault(e)
	}
}

const texts = {
	canceled: ["canceledTitle", "canceledText", "away"],
	failed: ["failedTitle", "failedText", "away"],
}

/** ended shows that there is nothing left to do, and leads back. */
export async function ended() {
	const [title, text, sign] = texts[state.status] ?? ["doneTitle", "doneText", "check"]
	document.getElementById("language").replaceChildren()
	show("ended",
		h("div", {class: "sign " + sign}, icon(sign)),
		h("h1", {}, t(title)), h("p", {class: "lead"}, t(text)),
		phone ? h("p", {}, t("donePhone")) : undefined,
		h("div", {class: "actions"}, h("a", {class: "button " + (phone ? "second" : "primary"), id: "return", href: state.redirect}, t("doneGo"))))
	say(t(title))
	if (phone) return
	if (state.profile.askBeforeLeave) {
		if (await ask({title: t(title), text: t(text), yes: t("doneGo"), no: t("close")})) location.replace(state.redirect)
		return
	}
	const timer = setTimeout(() => location.replace(state.redirect), 2500)
	onLeave(() => clearTimeout(timer))
}

/** dead shows that the link leads nowhere any more. */
export function dead(expired) {
	document.getElementById("language").replaceChildren()
	show("dead", h("div", {class: "sign away"}, icon("away")), h("h1", {}, t(expired ? "linkExpired" : "linkUnknown")), h("p", {class: "lead"}, t("linkHelp")))
}
