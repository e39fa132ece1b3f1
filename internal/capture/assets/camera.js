// The camera: opened only after the end-user has been told why, and every way in
// which that can fail has a name that leads to its own text.

/** supported says whether this page may ask for a camera at all. */
export function supported() { return Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia) }

const firstFrame = 5000 // milliseconds until a camera without a picture counts as broken

/** CameraError has the name of its text: Refused, Missing, Busy, Unfit, Black, Insecure. */
export class CameraError extends Error {}

const kinds = {
	NotAllowedError: "Refused", SecurityError: "Insecure", NotFoundError: "Missing", NotReadableError: "Busy",
	AbortError: "Busy", OverconstrainedError: "Unfit", TypeError: "Insecure",
}

/** open shows a camera in a video element and gives what closes it. */
export async function open(video, {face, sound, device}) {
	if (!supported()) throw new CameraError("Insecure")
	const wish = device ? {deviceId: {exact: device}} : {facingMode: face ? "user" : "environment"}
	let stream
	try {
		stream = await navigator.mediaDevices.getUserMedia({
			video: {...wish, width: {ideal: face ? 1280 : 1920}, height: {ideal: face ? 720 : 1080}},
			audio: sound ? {echoCancellation: true} : false,
		})
	} catch (e) {
		throw new CameraError(kinds[e.name] ?? "Busy")
	}
	const close = () => { for (const track of stream.getTracks()) track.stop(); video.srcObject = null }
	try {
		video.srcObject = stream
		await picture(video)
	} catch {
		close()
		throw new CameraError("Black")
	}
	return {stream, close}
}

// picture waits for the first frame.
function picture(video) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(reject, firstFrame)
		const look = () => {
			if (!video.videoWidth) return
			clearTimeout(timer)
			video.removeEventListener("timeupdate", look)
			video.removeEventListener("loadeddata", look)
			resolve()
		}
		video.addEventListener("loadeddata", look)
		video.addEventListener("timeupdate", look)
		video.play().catch(reject)
	})
}

/** others lists the cameras that can be switched between, main lenses first. */
export async function others() {
	const all = await navigator.mediaDevices.enumerateDevices().catch(() => [])
	const side = d => /wide|tele|macro|depth|infrared|\bir\b/i.test(d.label) ? 1 : 0
	return all.filter(d => d.kind === "videoinput" && d.deviceId).sort((a, b) => side(a) - side(b))
}

/** still takes the picture that the video shows now. */
export function still(video) {
	const canvas = document.createElement("canvas")
	canvas.width = video.videoWidth
	canvas.height = video.videoHeight
	canvas.getContext("2d").drawImage(video, 0, 0)
	return canvas
}

/** encode makes a JPEG of a canvas. */
export function encode(canvas) { return new Promise(done => canvas.toBlob(done, "image/jpeg", 0.92)) }
