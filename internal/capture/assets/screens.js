// The screens that ask: what is needed, where one lives, consent, the document.

import {ask, button, h, icon} from "./dom.js"
import {answer, countries, countryName, get, mobile, phone, state, t, tag} from "./session.js"
import {frame, here, next, previous, trying, go} from "./app.js"

function list(items) {
	return h("ul", {class: "items"}, items.map(i => h("li", {},
		i.image ? h("img", {src: i.image, alt: ""}) : h("span", {class: "badge"}, icon(i.icon ?? "check")),
		h("div", {}, h("strong", {}, i.title), i.description && h("span", {}, i.description)))))
}

const item = (icon, name) => ({icon, title: t(name), description: t(name + "Text")})

/** prepare says what is needed. */
export function prepare() {
	const items = state.profile.prepareItems ?? [
		item("document", "prepareDocument"), item("light", "prepareLight"),
		...{documentSelfie: [item("face", "prepareFace")], documentVideo: [item("film", "prepareFilm")]}[state.processType] ?? [],
	]
	const hand = !mobile && !phone && state.profile.handover
	frame("prepare", {
		title: t("prepareTitle"), text: t("prepareText"), body: list(items),
		actions: [
			button("primary", t("start"), () => trying(async () => { await answer({prepared: true}); next() }), "start"),
			hand && !state.profile.forceHandover && button("second", t("handoverOffer"), () => trying(async () => {
				here.away = true
				await answer({prepared: true})
				next()
			}), "handover"),
		],
	})
}

/** instructions say how a good picture is taken. */
export function instructions() {
	const items = state.profile.instructItems ?? [item("frame", "instructFrame"), item("glare", "instructGlare"), item("sharp", "instructSharp")]
	frame("instructions", {
		title: t("instructTitle"), body: list(items), back: previous(),
		actions: button("primary", t("next"), () => { here.instructed = true; go() }, "next"),
	})
}

// countries is a list to choose from, in the order of the language.
function pick(codes, chosen, id, label, onchange) {
	const named = codes.map(c => [c, countryName(c)]).sort((a, b) => a[1].localeCompare(b[1], tag()))
	const select = h("select", {id, onchange},
		h("option", {value: ""}, t("choose")), named.map(([code, name]) => h("option", {value: code, selected: code === chosen}, name)))
	return h("div", {class: "field"}, h("label", {for: id}, label), select)
}

/** residence asks for the country that the end-user lives in. */
export async function residence() {
	let all
	await trying(async () => { all = await countries() })
	if (all) reside(all)
}

function reside(all) {
	const proceed = button("primary", t("next"), () => trying(async () => { await answer({country: select.value}); next() }), "next")
	const field = pick(all, state.country, "country", t("residenceLabel"), () => { proceed.disabled = !select.value })
	const select = field.querySelector("select")
	proceed.disabled = !select.value
	frame("residence", {title: t("residenceTitle"), text: t("residenceText"), body: field, actions: proceed, back: previous()})
}

const policies = {
	consentScan: "https://onfido.com/facial-scan-policy-and-release/",
	consentPrivacy: "https://onfido.com/privacy/",
	consentTerms: "https://onfido.com/terms-of-service/",
}

/** consent asks for consent to the processing of biometric data. */
export function consent() {
	const links = Object.entries(policies).map(([name, href]) => h("li", {},
		h("a", {href, target: "_blank", rel: "noopener noreferrer"}, t(name), h("span", {class: "hidden"}, ` (${t("consentNewTab")})`))))
	frame("consent", {
		title: t("consentTitle"), text: t("consentText"), back: previous(),
		body: h("div", {class: "policy"}, h("ul", {}, links), h("p", {}, t("consentQuestion"))),
		actions: [
			button("primary", t("consentAccept"), () => trying(async () => { await answer({consent: true}); next() }), "agree"),
			button("second", t("consentDecline"), decline, "decline"),
		],
	})
}

async function decline() {
	const sure = await ask({title: t("declineTitle"), text: t("declineText"), yes: t("declineYes"), no: t("declineNo"), stay: true})
	if (sure) await trying(async () => { await answer({consent: false}); next() })
}

/** documentChoice asks for the country and the type of the document. */
export async function documentChoice() {
	let offered
	await trying(async () => { await countries(); offered = await get("/documents") })
	if (offered) choose(offered, {
		country: state.issuingCountry ?? state.documentCountry ?? state.country, type: state.documentType,
	})
}

function choose(offered, chosen) {
	const first = state.profile.countryFirst
	const all = Object.keys(offered)
	const every = [...new Set(Object.values(offered).flat())]
	if (all.length === 0) return frame("document", {title: t("documentTitle"), text: t("documentNone"), actions: []})
	if (all.length === 1) chosen.country = all[0]
	if (every.length === 1) chosen.type = every[0]
	const again = () => choose(offered, chosen)
	const codes = first ? all : all.filter(c => !chosen.type || offered[c].includes(chosen.type))
	if (!codes.includes(chosen.country)) chosen.country = undefined
	const types = first ? offered[chosen.country] ?? [] : every
	if (!types.includes(chosen.type)) chosen.type = undefined

	const proceed = button("primary", t("next"), () => trying(async () => {
		await answer({documentType: chosen.type, issuingCountry: chosen.country})
		next()
	}), "next")
	proceed.disabled = !chosen.country || !chosen.type
	const place = pick(codes, chosen.country, "document-country", t("documentCountry"), e => refocus(e, () => { chosen.country = e.target.value; again() }))
	const kind = types.length > 0 && kinds(types, chosen.type, e => refocus(e, () => { chosen.type = e.target.value; again() }))
	frame("document", {
		title: t("documentTitle"), body: h("div", {}, first ? [place, kind] : [kind, place]), actions: proceed, back: previous(),
	})
}

// refocus keeps the focus on what was changed although the screen is made anew.
function refocus(e, change) {
	const {id} = e.target
	change()
	document.getElementById(id)?.focus()
}

function kinds(types, chosen, onchange) {
	const pictures = {passport: "passport", visa: "passport"}
	return h("fieldset", {class: "field"}, h("legend", {}, t("documentType")), h("div", {class: "kinds"},
		types.map(type => h("label", {class: "kind"},
			h("input", {type: "radio", name: "type", id: "type-" + type, value: type, checked: type === chosen, onchange}),
			icon(pictures[type] ?? "document"), h("span", {}, t(type))))))
}
