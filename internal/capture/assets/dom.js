// How screens are made: elements without templates, one live region, one place
// for the focus.

const SVG = "http://www.w3.org/2000/svg"

// Lines of 24 × 24 icons.
const icons = {
	document: "M4 5h16v14H4zM7 9h5M7 12h3M15 10.5a1.5 1.5 0 1 0 0 .01M13 16c.4-1.6 3.6-1.6 4 0M7 16h3",
	passport: "M6 3h12v18H6zM12 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6M9 10h6M12 7c-1.4 2-1.4 4 0 6 1.4-2 1.4-4 0-6M9 17h6",
	back: "M4 5h16v14H4zM4 9h16M7 13h6M7 16h3",
	camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
	light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
	glare: "M4 7h16v12H4zM9 15l4-4M12 16l3-3M17 3l.7 1.6L19.500 5l-1.8.6L17 7",
	sharp: "M4 12s3-6 8-6 8 6 8 6-3 6-8 6-8-6-8-6M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
	frame: "M4 9V5h4M16 5h4v4M20 15v4h-4M8 19H4v-4M8 9h8v6H8z",
	face: "M12 3c4 0 6 3 6 7 0 5-3 10-6 10s-6-5-6-10c0-4 2-7 6-7M9.500 10v.5M14.500 10v.5M10 15c1 .8 3 .8 4 0",
	film: "M3 7h12v10H3zM15 11l6-3v8l-6-3",
	clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4l3 2",
	phone: "M7 3h10v18H7zM11 18h2",
	check: "M5 13l4 4L19 7",
	warn: "M12 4l9 16H3zM12 10v4M12 17v.01",
	left: "M5 12a7 7 0 1 0 2.500-5.400M8 3v4H4",
	right: "M19 12a7 7 0 1 1-2.500-5.400M16 3v4h4",
	toLeft: "M20 12H5M11 6l-6 6 6 6",
	toRight: "M4 12h15M13 6l6 6-6 6",
	away: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9 9l6 6M15 9l-6 6",
}

/** h makes an element: h("p", {class: "x", onclick: f}, "text", child). */
export function h(tag, props, ...children) {
	const e = document.createElement(tag)
	for (const [name, value] of Object.entries(props ?? {})) {
		if (name.startsWith("on")) e.addEventListener(name.slice(2), value)
		else if (name in e && typeof value === "boolean") e[name] = value
		else if (value !== undefined && value !== null && value !== false) e.setAttribute(name, value)
	}
	e.append(...children.flat().filter(c => c !== undefined && c !== null && c !== false))
	return e
}

/** icon draws one of the icons; it says nothing that the text beside it does not. */
export function icon(name) {
	const svg = document.createElementNS(SVG, "svg")
	svg.setAttribute("viewBox", "0 0 24 24")
	svg.setAttribute("class", "icon")
	svg.setAttribute("aria-hidden", "true")
	const path = document.createElementNS(SVG, "path")
	path.setAttribute("d", icons[name] ?? icons.document)
	svg.append(path)
	return svg
}

/** button makes a button; kind is primary, second or quiet. */
export function button(kind, text, onclick, id) {
	return h("button", {type: "button", class: "button " + kind, onclick, id}, text)
}

const main = document.getElementById("main")
const live = document.getElementById("live")
let leaving = []

/** onLeave runs f when the screen is left: a camera is closed, a timer ends. */
export function onLeave(f) { leaving.push(f) }

/** here says whether the screen that asks is still the one that is shown. */
export function here() {
	const shown = main.firstElementChild
	return () => shown === main.firstElementChild
}

/** show replaces the screen and puts the focus on its heading. */
export function show(name, ...children) {
	const before = leaving
	leaving = []
	for (const f of before) f()
	main.replaceChildren(h("div", {class: "screen", "data-screen": name}, ...children))
	const heading = main.querySelector("h1")
	if (heading) {
		heading.tabIndex = -1
		heading.focus({preventScroll: true})
	}
	scrollTo(0, 0)
}

/** say tells those who listen instead of looking. */
export function say(text) { live.textContent = text }

/** ask shows a question over the page and resolves to true for yes; stay advises no. */
export function ask({title, text, yes, no, stay}) {
	return new Promise(resolve => {
		const box = h("dialog", {class: "ask", "aria-labelledby": "ask-title"},
			h("h2", {id: "ask-title"}, title), h("p", {}, text),
			h("div", {class: "actions"},
				yes && button(stay ? "second" : "primary", yes, () => box.close("yes"), "ask-yes"),
				no && button(stay ? "primary" : "second", no, () => box.close("no"), "ask-no")))
		box.addEventListener("close", () => { resolve(box.returnValue === "yes"); box.remove() })
		document.body.append(box)
		box.showModal()
	})
}
