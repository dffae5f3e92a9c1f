/* Naming a colleague: after @ in a note the names that fit are offered; the keyboard chooses, the text keeps “@Name”. */
import { shownOf, writtenIn } from "./fields.js";

const PAUSE = 150;
const TYPED = /(?:^|[\s(])@@?([\p{L}\p{N}.' -]{0,40})$/u;

function parts(text) {
  const form = text.form;
  return { form, list: form.querySelector("[data-mention-list]"), says: form.querySelector("[data-mention-says]") };
}

function isNote(form) {
  const chosen = form.querySelector("input[name=visibility]:checked");
  return !chosen || chosen.value === "internal";
}

function typedBefore(text) {
  const typed = isNote(text.form) ? text.value.slice(0, text.selectionStart).match(TYPED) : null;
  const chosen = [...text.form.querySelectorAll("input[name=mention]")].map((one) => one.dataset.name);
  return typed && !chosen.some((name) => typed[1].startsWith(name)) ? typed : null;
}

function close(text) {
  const { list } = parts(text);
  list.hidden = true;
  list.replaceChildren();
  shownOf(text).removeAttribute("aria-activedescendant");
}

function point(text, at) {
  const all = [...parts(text).list.children];
  all.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
  if (!all[at]) return;
  shownOf(text).setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

async function ask(text) {
  const typed = typedBefore(text);
  if (!typed) return close(text);
  text.asking?.abort();
  text.asking = new AbortController();
  const url = new URL(text.dataset.mentions, location.href);
  url.searchParams.set("q", typed[1]);
  const answer = await fetch(url, { headers: { "HX-Request": "true", Accept: "text/html" }, signal: text.asking.signal });
  if (!answer.ok || !typedBefore(text)) return close(text);
  const { list } = parts(text);
  list.innerHTML = await answer.text();
  [...list.children].forEach((one, index) => (one.id = `mention-${index}`));
  list.hidden = list.children.length === 0;
  point(text, 0);
}

function say(text) {
  const { form, says } = parts(text);
  const kept = [...form.querySelectorAll("input[name=mention]")];
  kept.filter((one) => !text.value.includes(`@${one.dataset.name}`)).forEach((one) => one.remove());
  const words = kept.filter((one) => one.isConnected && one.dataset.unseen).map((one) => one.dataset.unseen);
  says.hidden = words.length === 0 || !isNote(form);
  says.textContent = words.join(" ");
}

function choose(text, option) {
  const typed = typedBefore(text);
  if (!typed) return close(text);
  const from = text.selectionStart - typed[1].length;
  const start = text.value.lastIndexOf("@", from - 1);
  const first = text.value[start - 1] === "@" ? start - 1 : start;
  text.setRangeText(`@${option.dataset.words} `, first, text.selectionStart, "end");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "mention", value: option.dataset.value });
  field.dataset.name = option.dataset.words;
  if (option.dataset.unseen) field.dataset.unseen = option.dataset.unseen;
  text.form.append(field);
  close(text);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  const text = event.target;
  if (!text.dataset?.mentions) return;
  say(text);
  clearTimeout(text.waiting);
  if (!typedBefore(text)) return close(text);
  text.waiting = setTimeout(() => ask(text).catch(() => close(text)), PAUSE);
});
document.addEventListener("keydown", (event) => {
  const text = writtenIn(event.target);
  if (!text.dataset?.mentions || event.isComposing) return;
  const { list } = parts(text);
  if (list.hidden) return;
  const all = [...list.children];
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") point(text, (at + 1) % all.length);
  else if (event.key === "ArrowUp") point(text, (at - 1 + all.length) % all.length);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") choose(text, all[Math.max(at, 0)]);
  else if (event.key === "Escape") close(text);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-mention-list] > li");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("form").querySelector("[data-mentions]"), option);
});
document.addEventListener("change", (event) => {
  const text = event.target.form?.querySelector("[data-mentions]");
  if (text && event.target.name === "visibility") say(text);
});
document.addEventListener("focusout", (event) => {
  const text = writtenIn(event.target);
  if (text.dataset?.mentions) setTimeout(() => close(text), 150);
});
