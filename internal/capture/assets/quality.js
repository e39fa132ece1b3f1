// What a picture says about itself, before anybody is asked: too dark, blurred, a
// reflection, a document that is cut off. The measures are those of the server's
// own look (internal/vision/quality), made small; the limits were set on the same
// pictures.

const side = 640 // pixels of the longer side that is measured

/** limits beyond which a picture is found wanting. */
export const limits = {dark: 55, sharp: 0.3, glare: 0.02, cutOff: 0.45, short: 300}

const canvas = document.createElement("canvas")
const context = canvas.getContext("2d", {willReadFrequently: true})

/** measure looks at a part of a picture: {x, y, width, height} in its pixels. */
export function measure(source, part) {
	const scale = Math.min(1, side / Math.max(part.width, part.height))
	const w = canvas.width = Math.max(8, Math.round(part.width * scale))
	const v = canvas.height = Math.max(8, Math.round(part.height * scale))
	context.drawImage(source, part.x, part.y, part.width, part.height, 0, 0, w, v)
	const {data} = context.getImageData(0, 0, w, v)
	const grey = new Uint8Array(w * v)
	for (let i = 0; i < grey.length; i++) grey[i] = (data[4 * i] * 77 + data[4 * i + 1] * 150 + data[4 * i + 2] * 29) >> 8
	return {dark: brightness(grey), sharp: sharpness(grey, w, v), glare: glare(grey, w, v), cutOff: cutOff(grey, w, v), short: Math.min(part.width, part.height)}
}

/** wanting names what is wrong by its measures. */
export function wanting(m, {glare, document}) {
	const list = []
	if (m.short < limits.short) list.push("Small")
	if (m.dark < limits.dark) list.push("Dark")
	else if (m.sharp < limits.sharp) list.push("Blurred")
	if (glare && m.glare > limits.glare) list.push("Glare")
	if (document && m.cutOff > limits.cutOff) list.push("CutOff")
	return list
}

// brightness is what nine tenths of the pixels do not exceed.
function brightness(grey) {
	const counts = new Uint32Array(256)
	for (const g of grey) counts[g]++
	let left = grey.length * 0.9
	for (let level = 0; level < 256; level++) if ((left -= counts[level]) <= 0) return level
	return 255
}

// sharpness is how much of the contrast across four pixels already lies between
// two, at the strongest edges: 1 for a step, a half for a ramp.
function sharpness(grey, w, v) {
	const found = []
	for (let y = 2; y < v - 2; y += 2) {
		for (let x = 4; x < w - 4; x++) {
			const i = y * w + x
			const wide = Math.abs(grey[i + 4] - grey[i - 3])
			if (wide >= 48) found.push([wide, Math.max(Math.abs(grey[i + 1] - grey[i]), Math.abs(grey[i + 2] - grey[i + 1]), Math.abs(grey[i] - grey[i - 1])) / wide])
		}
	}
	if (found.length < 20) return 0
	const ratios = found.map(f => f[1]).sort((a, b) => b - a)
	return ratios[Math.floor(ratios.length * 0.2)]
}

// glare is the part that blown-out squares without any texture take.
function glare(grey, w, v) {
	const cell = 8
	let blown = 0
	for (let y = 0; y + cell <= v; y += cell) {
		for (let x = 0; x + cell <= w; x += cell) {
			let least = 255
			for (let j = 0; j < cell && least >= 250; j++) for (let i = 0; i < cell; i++) least = Math.min(least, grey[(y + j) * w + x + i])
			if (least >= 250) blown++
		}
	}
	return blown * cell * cell / (w * v)
}

// cutOff is how much of one edge runs through what is lighter than the rest, where
// at most two edges do: a picture that shows nothing but the document is whole.
function cutOff(grey, w, v) {
	const level = otsu(grey)
	const at = (x, y) => grey[y * w + x] > level ? 1 : 0
	const edges = [0, 0, 0, 0]
	for (let x = 0; x < w; x++) { edges[0] += at(x, 2) / w; edges[1] += at(x, v - 3) / w }
	for (let y = 0; y < v; y++) { edges[2] += at(2, y) / v; edges[3] += at(w - 3, y) / v }
	edges.sort((a, b) => a - b)
	return edges[1] > 0.05 ? 0 : edges[3]
}

// otsu is the level that parts light from dark best.
function otsu(grey) {
	const counts = new Float64Array(256)
	let sum = 0
	for (const g of grey) { counts[g]++; sum += g }
	let below = 0, belowSum = 0, most = 0, level = 0
	for (let l = 0; l < 256; l++) {
		below += counts[l]
		belowSum += counts[l] * l
		if (!below || below === grey.length) continue
		const apart = belowSum / below - (sum - belowSum) / (grey.length - below)
		const between = below * (grey.length - below) * apart * apart
		if (between > most) { most = between; level = l }
	}
	return level
}
