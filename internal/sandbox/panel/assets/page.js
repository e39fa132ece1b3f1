// Follows what happens: the live parts of the page are fetched again while it is looked at. Without this script the
// page works all the same, and is reloaded by hand.
"use strict";
(() => {
	const every = 1500;
	const button = document.querySelector("[data-follow]");

	// A link of the command line brings the token behind "#", which no server and no log sees.
	const login = document.querySelector("[data-login]");
	if (login && location.hash.startsWith("#token=")) {
		const token = decodeURIComponent(location.hash.slice(7));
		history.replaceState(null, "", location.pathname);
		login.elements.token.value = token;
		login.requestSubmit();
	}
	if (!button) return;
	document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

	let following = sessionStorage.getItem("follow") !== "no";
	function show() {
		button.hidden = false;
		button.setAttribute("aria-pressed", String(following));
		button.textContent = following ? "Following" : "Follow";
	}

	// put lays a fresh part over the old one; what the reader has opened stays open, and the focus stays.
	function put(part, fresh) {
		if (part.dataset.last === fresh.innerHTML) return;
		const last = fresh.innerHTML;
		const focus = part.contains(document.activeElement) ? document.activeElement : null;
		const owner = focus?.closest("details[id]");
		for (const open of part.querySelectorAll("details[open][id]")) {
			fresh.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
		}
		part.replaceChildren(...fresh.childNodes);
		part.dataset.last = last;
		if (focus?.id) document.getElementById(focus.id)?.focus({ preventScroll: true });
		else if (owner) document.getElementById(owner.id)?.querySelector("summary")?.focus({ preventScroll: true });
	}

	async function refresh() {
		if (!following || document.hidden || getSelection().toString()) return;
		try {
			const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
			if (answer.redirected) return location.reload();
			if (!answer.ok) return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			for (const part of document.querySelectorAll("[data-live]")) {
				const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
				if (fresh) put(part, fresh);
			}
		} catch { /* the sandbox is gone for now; the next turn asks again */ }
	}

	async function turn() {
		await refresh();
		setTimeout(turn, every);
	}

	for (const part of document.querySelectorAll("[data-live]")) part.dataset.last = part.innerHTML;
	button.addEventListener("click", () => {
		following = !following;
		sessionStorage.setItem("follow", following ? "yes" : "no");
		show();
	});
	show();
	setTimeout(turn, every);
})();
