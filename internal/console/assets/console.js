// What makes the pages pleasant; they work without it.
"use strict"

const one = (selector, from = document) => from.querySelector(selector)
const each = (selector, then, from = document) => from.querySelectorAll(selector).forEach(then)

// The menu of a narrow window.
const menu = one("[data-menu]")
menu?.addEventListener("click", () => {
	const open = document.body.classList.toggle("open")
	menu.setAttribute("aria-expanded", String(open))
})

// What cannot be undone is asked about first.
document.addEventListener("submit", e => {
	const question = e.target.dataset.confirm
	const choice = one("[data-ask]", e.target)
	const asked = question ?? (choice?.value === choice?.dataset.asked ? choice?.dataset.ask : undefined)
	if (asked && !window.confirm(asked)) e.preventDefault()
})

// Secrets are copied with a click.
each("[data-copy]", button => button.addEventListener("click", async () => {
	await navigator.clipboard.writeText(one("code", button.parentElement).textContent)
	button.textContent = "Copied"
}))

// Fields that were left empty stay out of the address, so that it can be kept.
each("[data-filter]", form => form.addEventListener("submit", () =>
	each("input, select", field => { field.disabled = field.name !== "" && field.value === "" }, form)))
window.addEventListener("pageshow", () => each("[data-filter] [disabled]", field => { field.disabled = false }))

// The preview of the end-user's pages follows the form. Who may not change it can
// still choose the screen.
const live = one("[data-live]")
if (live) {
	const refresh = one("[data-refresh]")
	const frame = one("iframe[name=preview]")
	let timer
	const later = () => {
		clearTimeout(timer)
		timer = setTimeout(() => live.requestSubmit(refresh), 400)
	}
	if (refresh) live.addEventListener("input", later)
	one("[data-screen]").addEventListener("change", e => {
		if (refresh) later()
		else frame.src = frame.dataset.address + "?screen=" + e.target.value
	})
}

// Keys: / goes to the search and Escape leaves it, j and k walk through a list, Enter opens, ? shows them all.
const keys = one("[data-keys]")
each("[data-showkeys]", button => button.addEventListener("click", () => keys.showModal()))
document.addEventListener("keydown", e => {
	if (e.key === "Escape" && e.target.matches("[data-slash]")) e.target.blur()
	const typing = e.target.closest("input, textarea, select, [contenteditable], dialog")
	if (typing || e.ctrlKey || e.metaKey || e.altKey) return
	if (e.key === "?" && keys) keys.showModal()
	if (e.key === "/") {
		const search = one("[data-slash]")
		if (search) { e.preventDefault(); search.focus(); search.select() }
	}
	if (e.key === "j" || e.key === "k") {
		const links = [...document.querySelectorAll("[data-row] a:first-of-type")].filter((a, i, all) => all.findIndex(b => b.closest("tr") === a.closest("tr")) === i)
		const at = links.findIndex(a => a.closest("tr").contains(document.activeElement))
		links[Math.max(0, Math.min(links.length - 1, at + (e.key === "j" ? 1 : -1)))]?.focus()
	}
})

// Images: shown in the page, and large in a viewer that zooms and turns. Turning
// and zooming are classes: the page may have no inline style.
const viewer = one("[data-viewer]")
const view = {zoom: 4, turn: 0, sheet: null}
const zooms = 13

function look() {
	view.sheet.className = `sheet zoom${view.zoom} turn${view.turn}`
}

function open(image, name, marks) {
	const large = document.createElement("img")
	large.src = image.src
	large.alt = name + ", large"
	view.sheet = document.createElement("div")
	view.sheet.append(large, ...marks ? [marks.cloneNode(true)] : [])
	view.zoom = 4
	view.turn = 0
	one("p", viewer).textContent = name
	one(".stage", viewer).replaceChildren(view.sheet)
	one("[data-places]", viewer).hidden = !marks
	look()
	viewer.showModal()
}

function act(zoom, turn) {
	view.zoom = Math.max(0, Math.min(zooms - 1, view.zoom + zoom))
	view.turn = (view.turn + turn) % 4
	look()
}

function places() {
	const button = one("[data-places]", viewer)
	const on = button.getAttribute("aria-pressed") !== "true"
	button.setAttribute("aria-pressed", String(on))
	viewer.classList.toggle("noplaces", !on)
}

each("[data-picture]", figure => {
	const veil = one(".veil", figure)
	one("[data-show]", figure).addEventListener("click", e => {
		e.preventDefault()
		const image = document.createElement("img")
		image.alt = figure.dataset.name
		image.addEventListener("load", () => {
			const button = document.createElement("button")
			button.type = "button"
			button.className = "picture"
			button.title = "Zoom and turn"
			button.append(image)
			button.addEventListener("click", () => open(image, figure.dataset.name, one("svg", button)))
			const focused = veil.contains(document.activeElement)
			veil.replaceWith(button)
			if (focused) button.focus()
			button.after(reader(figure, button))
			document.body.dispatchEvent(new Event("looked"))
		})
		image.addEventListener("error", () => { veil.textContent = "The image cannot be shown: it may have been erased." })
		veil.classList.add("loading")
		fetch(figure.dataset.picture).then(r => r.ok ? r.blob() : Promise.reject(r.status)).then(blob => { image.src = URL.createObjectURL(blob) })
			.catch(() => image.dispatchEvent(new Event("error")))
	})
})

// reader is the button that has Dossier itself read a picture that is shown, and
// then what it read: an entry for each place, which lights up on the picture.
function reader(figure, picture) {
	const ask = document.createElement("button")
	ask.type = "button"
	ask.className = "small ask"
	ask.textContent = "Read it here"
	ask.addEventListener("click", async () => {
		ask.disabled = true
		ask.textContent = "Reading…"
		const answer = await fetch(figure.dataset.picture + "/places", {headers: {"HX-Request": "true"}}).catch(() => null)
		if (!answer?.ok) {
			ask.disabled = false
			ask.textContent = "That did not work; try again"
			return
		}
		const made = document.createElement("template")
		made.innerHTML = await answer.text()
		const read = made.content.firstElementChild
		const drawn = one("svg", read)
		if (drawn) picture.append(drawn)
		ask.replaceWith(read)
		figure.classList.add("wide")
		document.body.dispatchEvent(new Event("looked"))
		point(read, picture)
		one("button", read)?.focus()
	})
	return ask
}

// point lights up the place of the entry that has the focus or the pointer.
function point(read, picture) {
	const entries = [...read.querySelectorAll("[data-mark]")]
	const light = (mark, on) => each(`[data-mark="${mark}"]`, shape => shape.classList.toggle("lit", on), picture)
	entries.forEach((entry, i) => {
		for (const [event, on] of [["focus", true], ["blur", false], ["mouseenter", true], ["mouseleave", false]])
			entry.addEventListener(event, () => light(entry.dataset.mark, on))
		entry.addEventListener("keydown", e => {
			const step = {ArrowDown: 1, ArrowUp: -1}[e.key]
			if (!step) return
			e.preventDefault()
			entries[Math.max(0, Math.min(entries.length - 1, i + step))].focus()
		})
	})
}

viewer?.addEventListener("click", e => {
	const button = e.target.closest("button")
	if (!button) return
	if ("close" in button.dataset) viewer.close()
	if ("turn" in button.dataset) act(0, 1)
	if ("places" in button.dataset) places()
	if (button.dataset.zoom) act(Number(button.dataset.zoom) > 1 ? 1 : -1, 0)
})
viewer?.addEventListener("keydown", e => {
	if (e.key === "+" || e.key === "=") act(1, 0)
	if (e.key === "-") act(-1, 0)
	if (e.key === "r") act(0, 1)
	if (e.key === "p") places()
})

// The plots of the overview: stacked bars, one for each day.
function plot(box) {
	const data = JSON.parse(box.dataset.plot)
	const [days, ...counts] = data
	const style = getComputedStyle(document.documentElement)
	const color = name => () => style.getPropertyValue("--" + name).trim() // Asked anew at each drawing: the scheme can change.
	const names = box.dataset.series.split(" ")
	const height = box.clientHeight
	const sums = counts.map((_, i) => days.map((_, day) => counts.slice(0, i + 1).reduce((sum, row) => sum + row[day], 0)))
	const axis = {stroke: color("dim"), grid: {stroke: color("line"), width: 1}, ticks: {show: false}, font: "12px system-ui, sans-serif"}
	const bars = uPlot.paths.bars({size: [0.7, 40], radius: 0})
	const series = names.map((name, i) => ({
		label: name, fill: color("c-" + name), stroke: color("c-" + name), width: 0, paths: bars, points: {show: false},
		value: (_, v, __, at) => at === null ? "–" : counts[i][at],
	})).reverse()
	const make = () => new uPlot({
		width: box.clientWidth, height, legend: {show: false}, cursor: {show: false}, padding: [12, 8, 0, 0],
		scales: {x: {range: [days[0] - 43200, days[days.length - 1] + 43200]}, y: {range: (_, __, max) => [0, Math.max(4, max * 1.08)]}},
		axes: [
			{...axis, grid: {show: false}, size: 28, space: 70, values: (_, ticks) => ticks.map(t => new Date(t * 1000).toLocaleDateString("en", {day: "numeric", month: "short", timeZone: "UTC"})), incrs: [86400, 2 * 86400, 7 * 86400, 14 * 86400]},
			{...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000], values: (_, ticks) => ticks.map(t => t.toLocaleString("en"))},
		],
		series: [{}, ...series], tzDate: t => uPlot.tzDate(new Date(t * 1000), "Etc/UTC"),
	}, [days, ...sums.toReversed()], box)
	let drawn = make()
	new ResizeObserver(() => { if (drawn.width !== box.clientWidth) drawn.setSize({width: box.clientWidth, height}) }).observe(box)
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.redraw())
	box.classList.add("drawn")
}
each("[data-plot]", plot)
