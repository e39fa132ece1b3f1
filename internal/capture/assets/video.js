// A short film: tasks that the provider poses, one after the other, recorded with
// picture and sound.

import {button, h, icon, onLeave, say} from "./dom.js"
import {load, post, state, t} from "./session.js"
import {fault, frame, next, previous, problem} from "./app.js"
import * as camera from "./camera.js"
import {sending, trouble} from "./photo.js"

// What is recorded, the best first: VP8 in WebM is what every service takes.
const forms = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"]
const shortest = 1500 // milliseconds of a task: nobody does one faster
const longest = 20_000
const most = 10_000_000 // bytes that the server takes

/** video explains and begins. */
export function video() {
	const form = forms.find(f => window.MediaRecorder?.isTypeSupported(f))
	frame("video", {
		title: t("videoTitle"), text: form ? t("videoText") : t("videoUnable"), back: previous(),
		body: h("div", {class: "picture"}, icon("film")),
		actions: form && button("primary", t("videoStart"), () => prepare(form), "camera"),
	})
}

// prepare opens the camera, and asks for the tasks while the end-user finds the
// oval.
async function prepare(form) {
	const view = h("video", {playsinline: "", muted: true, class: "mirror", "aria-hidden": "true"})
	const record = button("primary", t("videoRecord"), undefined, "record")
	record.disabled = true
	frame("film", {
		title: t("frameFace"), back: () => video(), actions: record,
		body: h("div", {class: "finder face"}, view, h("div", {class: "aim"})),
	})
	let open
	try {
		open = await camera.open(view, {face: true, sound: true})
	} catch (e) {
		return view.isConnected && trouble(e, () => prepare(form), () => video())
	}
	if (!view.isConnected) return open.close()
	view.parentElement.style.aspectRatio = `${view.videoWidth} / ${view.videoHeight}`
	onLeave(open.close)
	try {
		const posed = await post("/challenge")
		if (!view.isConnected) return
		record.disabled = false
		record.focus({preventScroll: true})
		record.onclick = () => perform(view, open, form, posed)
	} catch (e) {
		fault(e)
	}
}

// perform records the tasks and notes when the second was shown.
function perform(view, open, form, posed) {
	const parts = []
	const recorder = new MediaRecorder(open.stream, {mimeType: form, videoBitsPerSecond: 1_500_000, videoKeyFrameIntervalDuration: 500})
	recorder.ondataavailable = e => { if (e.data.size) parts.push(e.data) }
	const begun = performance.now()
	let switchedAt = 0, at = 0, timer
	const finder = view.parentElement
	const task = h("p", {class: "task", id: "task"})
	const proceed = document.getElementById("record")
	finder.append(h("p", {class: "recording"}, t("recording")))
	finder.after(task)
	const shown = () => {
		const {digits, turn} = posed.tasks[at]
		const what = t(digits ? "taskDigits" : turn === "left" ? "taskLeft" : "taskRight")
		task.replaceChildren(digits ? h("strong", {}, digits.join("")) : icon(turn === "left" ? "toLeft" : "toRight"))
		document.querySelector("#main h1").textContent = what
		say(digits ? `${what}: ${digits.join(" ")}` : what)
		proceed.textContent = t(at + 1 < posed.tasks.length ? "videoNext" : "videoDone")
		clearTimeout(timer)
		proceed.disabled = true
		timer = setTimeout(() => {
			proceed.disabled = false
			proceed.focus({preventScroll: true})
			timer = setTimeout(on, longest)
		}, shortest)
	}
	const on = () => {
		if (++at >= posed.tasks.length) return recorder.state === "recording" && recorder.stop()
		if (at === 1) switchedAt = Math.round(performance.now() - begun)
		shown()
	}
	recorder.onstop = () => {
		clearTimeout(timer)
		if (at >= posed.tasks.length) check(new Blob(parts, {type: form.split(";")[0]}), posed, switchedAt)
	}
	onLeave(() => { clearTimeout(timer); if (recorder.state === "recording") recorder.stop() })
	proceed.onclick = on
	proceed.id = "task-next"
	recorder.start(500)
	shown()
}

// check lets the end-user see the film before it is sent.
function check(film, posed, switchedAt) {
	const url = URL.createObjectURL(film)
	const send = button("primary", t("videoUse"), async () => {
		const q = new URLSearchParams({challenge: posed.ref, switchedAt, language: state.language})
		try {
			await sending("/video?" + q, film)
			next()
		} catch (e) {
			if (e.status === 400) await load().catch(() => {})
			check(film, posed, switchedAt)
			fault(e)
		}
	}, "use")
	send.disabled = film.size > most
	frame("watch", {
		title: t("videoCheck"), text: t("videoCheckText"), back: () => video(),
		body: h("video", {src: url, controls: true, playsinline: "", class: "preview", "aria-label": t("video")}),
		actions: [send, button("second", t("videoAgain"), () => video(), "again")],
	})
	if (send.disabled) problem(t("fileLarge"))
	onLeave(() => URL.revokeObjectURL(url))
}
