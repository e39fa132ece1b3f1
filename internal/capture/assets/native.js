// The page in which Onfido's Web SDK takes the images. It says nothing of their
// outcome: the server looks for itself what has reached Onfido.
const base = document.body.dataset.base
const main = document.getElementById("main")
const live = document.getElementById("live")
const tries = 5 // looks for images that have just been uploaded
const pause = 2000 // ms between them
let texts = {}
let handle

async function ask(path, body) {
	const answer = await fetch(base + path, body === undefined ? {} : {
		method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
	})
	const content = await answer.json()
	if (!answer.ok) throw Object.assign(new Error(content.code), content)
	return content
}

function show(title, text, button, act) {
	const heading = document.createElement("h1")
	heading.textContent = title
	heading.tabIndex = -1
	const parts = [heading]
	if (text) parts.push(Object.assign(document.createElement("p"), {textContent: text}))
	if (button) {
		const b = Object.assign(document.createElement("button"), {textContent: button, type: "button", className: "button primary"})
		b.addEventListener("click", act)
		parts.push(b)
	}
	main.replaceChildren(...parts)
	live.textContent = title
	heading.focus()
}

function broken(error) {
	console.error(error)
	const why = error.code === "too_many_requests" ? texts.tooMany : texts.unavailable
	show(texts.failed, ["provider_unavailable", "too_many_requests"].includes(error.code) || error instanceof TypeError ? why : "",
		texts.tryAgain, () => location.reload())
}

async function endSDK() {
	try { await handle?.tearDown() } catch { /* it may never have been there */ }
	handle = undefined
}

function leave(state) {
	show(state.status === "processing" ? texts.doneTitle : texts.failedTitle, texts.leaving)
	location.assign(state.redirect)
}

async function submit() {
	await endSDK()
	show(texts.submitting, "")
	for (let n = 1; ; n++) {
		try {
			return leave(await ask("/submit", {}))
		} catch (error) {
			if (error.code === "consent_required") return location.reload()
			if (error.code !== "images_missing" || n === tries) return broken(error)
			await new Promise((done) => setTimeout(done, pause))
		}
	}
}

async function exit(reason) {
	await endSDK()
	try {
		leave(await (reason === "USER_CONSENT_DENIED" || reason === "user_consent_denied" ? ask("/answers", {consent: false}) : ask("/cancel", {})))
	} catch (error) {
		broken(error)
	}
}

async function trouble(error) {
	if (error?.type !== "expired_token") return console.error(error) // the SDK shows its own words
	try {
		await handle.setOptions({token: (await ask("/native")).token})
	} catch (failed) {
		broken(failed)
	}
}

async function load(flow) {
	if (flow.style) document.head.append(Object.assign(document.createElement("link"), {rel: "stylesheet", href: flow.style}))
	const sdk = await import(flow.script)
	return sdk.Onfido ?? window.Onfido
}

async function begin() {
	texts = await ask("/texts/" + document.documentElement.lang)
	const flow = await ask("/native")
	const onfido = await load(flow)
	const mount = Object.assign(document.createElement("div"), {id: "onfido-mount"})
	main.classList.add("native")
	main.replaceChildren(mount)
	handle = await onfido.init({
		...flow.options, token: flow.token, containerId: mount.id,
		onComplete: () => submit(), onUserExit: (reason) => exit(reason), onError: (error) => trouble(error),
	})
}

begin().catch(broken)
