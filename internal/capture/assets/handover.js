// A desktop that waits for its phone. Both follow the same session: whatever is
// done on one is done on the other.

import {button, h, onLeave, say} from "./dom.js"
import {address, answer, load, state, t} from "./session.js"
import {frame, here, go, fault, trying} from "./app.js"

const look = 1000 // milliseconds between two looks at what the phone has done

/** handover shows the code and follows. */
export function handover() {
	const status = h("p", {class: "wait", id: "handover-state"})
	const copy = button("second", t("handoverCopy"), async () => {
		await navigator.clipboard?.writeText(state.link).catch(() => {})
		say(t("handoverCopied"))
		copy.textContent = t("handoverCopied")
	}, "copy")
	const back = button("quiet", t("handoverBack"), () => trying(async () => {
		await load() // the phone may have been here since the last look
		here.away = false
		go()
	}), "stay")
	const may = !state.profile.forceHandover
	frame("handover", {
		title: t("handoverTitle"), text: t("handoverText"),
		body: h("div", {class: "handover"},
			h("img", {class: "code", src: address("/link.svg"), alt: t("handoverCode"), width: "220", height: "220"}),
			h("p", {class: "link"}, h("a", {href: state.link}, state.link)), status),
		actions: [copy, may && back],
	})
	follow(status)
}

function follow(status) {
	const begun = performance.now()
	let timer
	onLeave(() => clearTimeout(timer))
	const tell = name => {
		if (status.dataset.text === name) return
		status.dataset.text = name
		status.replaceChildren(h("span", {class: name === "handoverHere" ? "dot" : "spinner"}), t(name))
		say(t(name))
	}
	const check = async () => {
		if (!status.isConnected) return
		try {
			await load()
		} catch (e) {
			return fault(e)
		}
		if (!status.isConnected) return
		if (state.status !== "pending") return go()
		const late = performance.now() - begun > state.profile.handoverTimeout * 1000
		tell(state.handedOver ? "handoverHere" : late ? "handoverLate" : "handoverWaiting")
		timer = setTimeout(check, document.hidden ? 5 * look : look)
	}
	tell(state.handedOver ? "handoverHere" : "handoverWaiting")
	answer({language: state.language}).catch(fault) // the phone speaks it too
	timer = setTimeout(check, look)
}
