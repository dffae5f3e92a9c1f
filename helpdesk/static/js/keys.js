/* Keys: presses whatever on the page carries data-key, by the place of the key, so a Russian layout works too. */
const CODES = { "/": ["Slash"], ".": ["Period"], ",": ["Comma"], "↵": ["Enter", "NumpadEnter"], enter: ["Enter", "NumpadEnter"], esc: ["Escape"] };

function writing(target) {
  return target.closest("textarea, select, trix-editor, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=button], [type=submit])") !== null;
}

function codesOf(key) {
  const name = key.toLowerCase();
  if (CODES[name]) return CODES[name];
  if (/^[a-z]$/.test(name)) return ["Key" + name.toUpperCase()];
  if (/^[0-9]$/.test(name)) return ["Digit" + name, "Numpad" + name];
  return [];
}

function fits(wanted, event) {
  const parts = wanted.split("+");
  const key = parts.pop();
  const has = (name) => parts.some((part) => part.toLowerCase() === name);
  if (has("ctrl") !== (event.ctrlKey || event.metaKey) || has("alt") !== event.altKey) return false;
  if (key === "?") return event.key === "?" || event.key === ",";
  if (has("shift") !== event.shiftKey) return false;
  return codesOf(key).includes(event.code) || event.key.toLowerCase() === key.toLowerCase();
}

function visible(element) {
  const shown = element.closest("label") ?? element;
  return shown.getClientRects().length > 0 && !element.disabled;
}

function ground() {
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  return open ?? document;
}

function press(element) {
  if (element.matches("input[type=radio], input[type=checkbox]")) {
    element.focus();
    element.click();
  } else if (element.matches("input, textarea, select")) {
    element.focus();
  } else {
    element.click();
  }
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (event.key === "Escape") return leave(event);
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (bare && (writing(event.target) || document.body.dataset.keys === "off")) return;
  if (bare && event.key === "?") return showKeys(event);
  const found = carriers(event).find((it) => it.dataset.key !== "?" && fits(it.dataset.key, event) && visible(it));
  if (!found) return;
  event.preventDefault();
  press(found);
}

/* The form one writes in comes first, then the rest of the page. */
function carriers(event) {
  const near = event.target.closest?.("form")?.querySelectorAll("[data-key]") ?? [];
  return [...near, ...ground().querySelectorAll("[data-key]")];
}

function leave(event) {
  if (location.hash === "#menu") location.hash = "";
  if (writing(event.target)) event.target.blur();
}

function words(element) {
  const label = element.getAttribute("aria-label");
  if (label) return label;
  const copy = (element.closest("label") ?? element.labels?.[0] ?? element).cloneNode(true);
  copy.querySelectorAll("kbd, svg, .dim").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function entry(list, key, text) {
  const name = document.createElement("dt");
  for (const part of key.split("+")) name.append(Object.assign(document.createElement("kbd"), { textContent: part }));
  list.append(name, Object.assign(document.createElement("dd"), { textContent: text }));
}

function showKeys(event) {
  const dialog = document.querySelector("[data-keys-dialog]");
  if (!dialog || dialog.open) return;
  event.preventDefault();
  const list = dialog.querySelector("[data-keys-list]");
  list.replaceChildren();
  const seen = new Set(["?"]);
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key) || !visible(element)) continue;
    seen.add(element.dataset.key);
    entry(list, element.dataset.key.length === 1 ? element.dataset.key.toUpperCase() : element.dataset.key, words(element));
  }
  const lines = [list.dataset.more];
  if (document.querySelector("[data-rows] [data-row] input[type=checkbox]")) lines.unshift(list.dataset.choosingKeys);
  if (document.querySelector("[data-rows]")) lines.unshift(list.dataset.rowKeys);
  for (const line of lines.join(";").split(";")) entry(list, ...line.split("|"));
  dialog.showModal();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shows-keys]")) showKeys(event);
});
