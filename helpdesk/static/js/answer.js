/* What the server could not do is said in words: a refused or lost request never replaces what one was reading. */
function say(words) {
  const place = document.querySelector("[data-flashes]");
  const line = Object.assign(document.createElement("p"), { className: "flash flash-bad" });
  line.append(Object.assign(document.createElement("span"), { textContent: words }));
  place?.replaceChildren(line);
}

function onTrouble(event) {
  const status = event.detail?.ctx?.response?.raw?.status ?? event.detail?.ctx?.response?.status ?? 0;
  const { sayAway, sayRefused, saySlow } = document.body.dataset;
  if (status === 401) return;
  if (status === 429) say(saySlow);
  else if (status === 403 || status === 404) say(sayRefused);
  else if (status === 0 || status >= 500) say(sayAway);
}

document.addEventListener("htmx:response:error", onTrouble);
document.addEventListener("htmx:error", onTrouble);
