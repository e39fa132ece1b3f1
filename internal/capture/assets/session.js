// The session with the server, which keeps every step: this page can be loaded
// again at any time, here or on another device.

import {say, h} from "./dom.js"

const base = document.body.dataset.base

/** phone is set where a desktop has handed the flow over. */
export const phone = location.hash === "#phone"

/** mobile is asked of the device and not guessed from the name of the browser. */
export const mobile = matchMedia("(pointer: coarse)").matches

/** state is what the server said last (state.go). */
export let state = {}
let texts = {}
let spoken

/** t gives a text in the language of the page. */
export function t(name, values) {
	let text = texts[name] ?? name
	for (const [key, value] of Object.entries(values ?? {})) text = text.replace(`{${key}}`, value)
	return text
}

let regions

/** countries lists every country; countryName needs it to have been called. */
export async function countries() {
	regions ??= await get("/countries")
	return Object.keys(regions)
}

/** countryName gives the name of a country in the language of the page. */
export function countryName(code) {
	const region = regions[code] ?? code
	try {
		return new Intl.DisplayNames([tag()], {type: "region"}).of(region)
	} catch {
		return code
	}
}

/** tag is the language of the page as the browser knows it. */
export function tag() { return state.language === "no" ? "nb" : state.language }

/** Refusal is an answer of the server that is not what was asked for. */
export class Refusal extends Error {
	constructor(status, body) {
		super(body?.code ?? "failed")
		this.status = status
		this.code = body?.code ?? "failed"
		this.fields = body?.fields ?? []
	}
}

/** load reads the state, and the texts when the language is another. */
export async function load() { return adopt(await call("GET", "/state")) }

/** answer says something to the server and adopts the state that follows. */
export async function answer(what) { return adopt(await call("POST", "/answers", JSON.stringify(what))) }

/** post asks for something to be done. */
export async function post(path) { return call("POST", path, "{}") }

/** get asks for something. */
export async function get(path) { return call("GET", path) }

/** address gives the address of something of this flow. */
export function address(path) { return base + path }

/** adopt takes a state over. */
export async function adopt(next) {
	state = next
	if (spoken !== state.language) {
		spoken = state.language
		texts = await call("GET", "/texts/" + state.language)
		document.documentElement.lang = tag()
		document.documentElement.dir = state.direction
	}
	return state
}

// How often a lost connection is tried again, and how long after the nth time.
const tries = 30
const pause = n => new Promise(done => setTimeout(done, Math.min(250 * 2 ** n, 5000)))

// later gives how long to wait in ms, as a server says that is asked too often.
const later = seconds => Math.min(Math.max(Number(seconds) || 5, 1), 60) * 1000
const wait = ms => new Promise(done => setTimeout(done, ms))

/** call sends a request, again and again while the connection is lost or the server is busy. */
async function call(method, path, body) {
	for (let n = 0; ; n++) {
		let answer
		try {
			answer = await fetch(base + path, {method, body, cache: "no-store"})
		} catch {
			if (n >= tries) throw new Refusal(0)
			lost("offline")
			await pause(n)
			continue
		}
		if (answer.status === 429 && n < tries) {
			lost("tooMany")
			await wait(later(answer.headers.get("Retry-After")))
			continue
		}
		lost("")
		const content = await answer.json().catch(() => undefined)
		if (answer.ok) return content
		throw new Refusal(answer.status, content)
	}
}

/** upload sends bytes, tells how far it is, and goes on after a lost connection. */
export async function upload(path, blob, progress) {
	for (let n = 0; ; n++) {
		const {status, body, retry} = await send(path, blob, progress)
		if (status >= 200 && status < 300) {
			lost("")
			return adopt(body)
		}
		if (status !== 0 && status !== 429 && status < 502) {
			lost("")
			throw new Refusal(status, body)
		}
		if (n >= tries) throw new Refusal(status, body)
		lost(status === 429 ? "tooMany" : "offline")
		await (status === 429 ? wait(later(retry)) : pause(n))
	}
}

function send(path, blob, progress) {
	return new Promise(resolve => {
		const r = new XMLHttpRequest()
		r.open("PUT", base + path)
		r.responseType = "json"
		r.timeout = 180_000
		r.upload.onprogress = e => progress(e.loaded / (e.total || blob.size))
		r.onload = () => resolve({status: r.status, body: r.response, retry: r.getResponseHeader("Retry-After")})
		r.onerror = r.ontimeout = r.onabort = () => resolve({status: 0})
		r.send(blob)
	})
}

let trouble = ""

// lost shows above everything why nothing goes on (the name of a text), and takes
// it away.
function lost(why) {
	if (why === trouble) return
	document.getElementById("offline")?.remove()
	if (why && texts[why]) document.body.prepend(h("p", {id: "offline", class: "banner", role: "alert"}, t(why)))
	if (!why && trouble === "offline") say(t("online"))
	trouble = why
}
