// One picture: why, how, a look at it before it is sent, and the way to the server.

import {button, h, icon, onLeave, say} from "./dom.js"
import {load, mobile, phone, state, t, upload} from "./session.js"
import {fault, frame, go, here, next, previous, problem} from "./app.js"
import {CameraError, encode, others, still, supported} from "./camera.js"
import * as camera from "./camera.js"
import {FileError, read, redraw} from "./picture.js"
import {measure, wanting} from "./quality.js"

const found = {} // how often pictures of a side were found wanting

const device = () => mobile ? "mobile" : "desktop"

/** photo takes the picture of one side, or of the face. */
export function photo(side) {
	const face = side === "selfie"
	const byCamera = state.profile.camera[device()]
	const byFile = state.profile.upload[device()]
	const outside = byCamera && mobile && state.profile.nativeCamera
	const passport = side === "front" && (state.documentType === "passport" || state.documentType === "visa")
	const input = file(side, outside)
	const choose = kind => button(kind, t("chooseFile"), () => input.click(), "choose")
	frame(side, {
		title: t(face ? "selfieTitle" : side === "back" ? "backTitle" : passport ? "frontTitlePassport" : "frontTitle"),
		text: byCamera ? t(face ? "selfieText" : "photoText") : t("uploadText"), back: previous(),
		body: h("div", {class: "picture"}, icon(face ? "face" : side === "back" ? "back" : passport ? "passport" : "document"), input),
		actions: [
			byCamera && button("primary", t("openCamera"), () => outside ? input.click() : viewfinder(side), "camera"),
			byFile && !outside && choose(byCamera ? "second" : "primary"),
			offerPhone(),
		],
	})
}

// offerPhone lets a desktop go on with a phone at any picture.
function offerPhone() {
	return !mobile && !phone && state.profile.handover &&
		button("quiet", t("handoverOffer"), () => { here.away = true; go() }, "handover")
}

function file(side, outside) {
	const input = h("input", {
		type: "file", accept: "image/jpeg,image/png", id: "file", class: "hidden", tabindex: "-1", "aria-label": t("chooseFile"),
		capture: outside ? (side === "selfie" ? "user" : "environment") : undefined,
	})
	input.addEventListener("change", async () => {
		if (!input.files.length) return
		try {
			preview(side, await read(input.files[0]), "upload")
		} catch (e) {
			if (!(e instanceof FileError)) throw e
			problem(t(e.message))
		}
		input.value = ""
	})
	return input
}

// viewfinder shows the camera with a frame to aim at and what is wrong already.
async function viewfinder(side, id) {
	const face = side === "selfie"
	const video = h("video", {playsinline: "", muted: true, class: face && !id ? "mirror" : "", "aria-hidden": "true"})
	const hint = h("p", {class: "hint", "aria-live": "polite"}, t(face ? "frameFace" : "frameDocument"))
	const shutter = h("button", {type: "button", class: "shutter", id: "shutter", disabled: true, "aria-label": t("takePhoto")})
	const input = file(side)
	const other = button("quiet", t("switchCamera"), undefined, "switch")
	other.hidden = true
	frame("camera", {
		title: t(face ? "frameFace" : "frameDocument"),
		body: h("div", {}, h("div", {class: "finder " + (face ? "face" : shape())}, video, h("div", {class: "aim"})), hint, input),
		actions: [shutter, other, state.profile.upload[device()] && button("quiet", t("chooseFile"), () => input.click(), "choose")],
		back: () => go(),
	})
	let open
	try {
		open = await camera.open(video, {face, device: id})
	} catch (e) {
		return video.isConnected && trouble(e, () => viewfinder(side, id), () => photo(side))
	}
	if (!video.isConnected) return open.close()
	onLeave(open.close)
	const finder = video.parentElement
	finder.style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`
	shutter.disabled = false
	shutter.focus({preventScroll: true})
	const take = async () => {
		const canvas = still(video)
		preview(side, {blob: await encode(canvas), bitmap: await createImageBitmap(canvas)}, "photo")
	}
	shutter.onclick = take
	watch(video, hint, face, state.profile.autoCapture && !face ? take : undefined)
	const list = await others()
	const at = list.findIndex(d => d.deviceId === open.stream.getVideoTracks()[0]?.getSettings().deviceId)
	other.hidden = list.length < 2
	other.onclick = () => viewfinder(side, list[(at + 1) % list.length].deviceId)
}

const shape = () => state.documentType === "passport" || state.documentType === "visa" ? "page" : "id"

const interval = 350 // milliseconds between two looks at the picture
const steady = 4     // looks in a row that must be good before it is taken by itself

// watch says what is wrong while there is time to mend it.
function watch(video, hint, face, take) {
	let good = 0
	const timer = setInterval(() => {
		if (!video.videoWidth) return
		const list = wanting(measure(video, whole(video)), {glare: !face && state.profile.glarePhoto, document: !face})
		good = list.length ? 0 : good + 1
		const name = list.length ? "hint" + list[0] : take ? "hintAuto" : "hintGood"
		if (hint.dataset.name !== name) { hint.dataset.name = name; hint.textContent = t(name === "hintSmall" ? "wantingSmall" : name) }
		hint.classList.toggle("good", !list.length)
		if (take && good >= steady) { clearInterval(timer); take() }
	}, interval)
	onLeave(() => clearInterval(timer))
}

const whole = v => ({x: 0, y: 0, width: v.videoWidth ?? v.width, height: v.videoHeight ?? v.height})

/** trouble says why there is no camera, and offers every other way. */
export function trouble(error, again, back) {
	const kind = error instanceof CameraError ? error.message : "Busy"
	frame("trouble", {
		title: t("camera" + kind), text: t(`camera${kind}Text`), back,
		body: h("div", {class: "picture away"}, icon("camera")),
		actions: [
			supported() && button("primary", t("tryAgain"), again, "again"),
			state.profile.upload[device()] && current() !== "video" && button("second", t("chooseFile"), back, "choose"),
			offerPhone(),
		],
	})
	say(t("camera" + kind))
}

const current = () => here.again ?? state.steps.find(s => !s.done)?.name

// preview shows the picture and what it lacks. One that is found wanting may be
// used all the same after some tries.
function preview(side, picture, way) {
	const face = side === "selfie"
	const glare = !face && (way === "upload" ? state.profile.glareUpload : state.profile.glarePhoto)
	const list = wanting(measure(picture.bitmap, whole(picture.bitmap)), {glare, document: !face})
	if (list.length) found[side] = (found[side] ?? 0) + 1
	look(side, picture, way, list.map(name => t("wanting" + name)))
}

function look(side, picture, way, faults, insist = "") {
	const face = side === "selfie"
	const url = URL.createObjectURL(picture.blob)
	onceLeft(url)
	const image = h("img", {src: url, class: "preview", id: "preview", alt: t(face ? "selfie" : side === "back" ? "backSide" : "front")})
	const allowed = !faults.length || (found[side] ?? 0) > state.profile.retries
	const again = button(faults.length ? "primary" : "second", t(way === "upload" ? "otherFile" : "again"),
		() => way === "upload" ? photo(side) : viewfinder(side), "again")
	const use = allowed && button(faults.length ? "quiet" : "primary", t(faults.length ? "useAnyway" : "use"), () => sendPicture(side, picture, way, insist), "use")
	frame("preview", {
		title: faults.length ? t("wanting") : t(face ? "checkFace" : "checkTitle"),
		text: faults.length ? undefined : t(face ? "checkFaceText" : "checkText"),
		body: h("div", {},
			faults.length > 0 && h("ul", {class: "faults"}, faults.map(f => h("li", {}, icon("warn"), f))),
			enlargeable(image), state.profile.orientation && turning(side, picture, way, faults, insist, use)),
		actions: faults.length ? [again, use] : [use, again],
		back: () => photo(side),
	})
	if (faults.length) say(faults.join(" "))
}

// onceLeft gives the memory of a picture back when its screen is left.
function onceLeft(url) { setTimeout(() => onLeave(() => URL.revokeObjectURL(url))) }

function enlargeable(image) {
	if (!state.profile.zoom[device()]) return image
	const toggle = h("button", {type: "button", class: "zoom", id: "zoom", "aria-label": t("enlarge"), "aria-pressed": "false", onclick: () => {
		const on = toggle.classList.toggle("on")
		toggle.setAttribute("aria-pressed", String(on))
	}}, image)
	return toggle
}

function turning(side, picture, way, faults, insist, use) {
	const turn = quarters => async () => look(side, await redraw(picture.bitmap, quarters), way, faults, insist)
	if (use) use.disabled = true
	return h("fieldset", {class: "turning"}, h("legend", {}, t("turned")),
		h("button", {type: "button", class: "button quiet", id: "turn-left", onclick: turn(3)}, icon("left"), t("turnLeft")),
		h("button", {type: "button", class: "button quiet", id: "turn-right", onclick: turn(1)}, icon("right"), t("turnRight")),
		h("label", {class: "upright"}, h("input", {type: "checkbox", id: "upright", onchange: e => { if (use) use.disabled = !e.target.checked }}), t("upright")))
}

// sendPicture brings the picture to the server. If that finds no face or several, the
// end-user hears of it and may insist.
async function sendPicture(side, picture, way, insist) {
	try {
		await sending(`/images/${side}${insist}`, picture.blob)
		next()
	} catch (e) {
		if (e.code === "faces") {
			found[side] = (found[side] ?? 0) + 1
			return look(side, picture, way, [t(e.fields[0] === "several" ? "faceSeveral" : "faceNone")], "?anyway=1")
		}
		if (e.status === 409 || e.status === 404 || e.status === 410) return fault(e)
		await load().catch(() => {})
		look(side, picture, way, [], insist)
		fault(e)
	}
}

/** sending shows how far something is on its way to the server. */
export async function sending(path, blob) {
	const bar = h("progress", {max: "1", value: "0", "aria-label": t("sending")})
	for (const b of document.querySelectorAll("#main button")) b.disabled = true
	document.querySelector("#main .actions")?.replaceChildren(h("p", {class: "sending"}, t("sending")), bar)
	say(t("sending"))
	await upload(path, blob, part => { bar.value = part })
	say(t("sent"))
}
