// Pictures from files: told by their bytes, brought upright, made small enough.

import {encode} from "./camera.js"

const most = 10_000_000 // bytes that the server takes
const longest = 4000    // pixels of the longer side that are worth sending

/** FileError has the name of its text: fileKind, fileLarge. */
export class FileError extends Error {}

/** read gives the picture of a file as {blob, bitmap}. */
export async function read(file) {
	const head = new Uint8Array(await file.slice(0, 65536).arrayBuffer())
	const png = head[0] === 0x89 && head[1] === 0x50
	const jpeg = head[0] === 0xff && head[1] === 0xd8
	if (!png && !jpeg) throw new FileError("fileKind")
	let bitmap
	try {
		bitmap = await createImageBitmap(file)
	} catch {
		throw new FileError("fileKind")
	}
	// What a phone notes in a picture says where it was taken and which way it is
	// up; the first is nobody's business and the second not everybody's to know.
	const noted = jpeg && new TextDecoder("latin1").decode(head).includes("Exif")
	if (!noted && file.size <= most && Math.max(bitmap.width, bitmap.height) <= longest) return {blob: file, bitmap}
	return redraw(bitmap, 0)
}

/** redraw gives a picture turned by quarters to the right, no larger than needed. */
export async function redraw(bitmap, quarters) {
	const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
	const w = Math.round(bitmap.width * scale), v = Math.round(bitmap.height * scale)
	const canvas = document.createElement("canvas")
	const lying = quarters % 2 !== 0
	canvas.width = lying ? v : w
	canvas.height = lying ? w : v
	const c = canvas.getContext("2d")
	c.translate(canvas.width / 2, canvas.height / 2)
	c.rotate(quarters * Math.PI / 2)
	c.drawImage(bitmap, -w / 2, -v / 2, w, v)
	const blob = await encode(canvas)
	if (!blob || blob.size > most) throw new FileError("fileLarge")
	return {blob, bitmap: await createImageBitmap(canvas)}
}
