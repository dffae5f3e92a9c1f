/* Ready texts: `::` and a word in the answer, or the button, opens the list; arrows choose, Enter inserts. */
import { shownOf, writtenIn } from "./fields.js";

const ASKED = /(?:^|[\s([])::([^\n:]{0,40})$/;
const PAUSE = 120;
let waiting;
let asked = 0;

const listOf = (form) => form.querySelector("[data-texts-list]");
const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];
const areaOf = (form) => form.elements.text;

function before(area) {
  return area.value.slice(0, area.selectionStart);
}

function close(form) {
  const list = listOf(form);
  asked += 1;
  clearTimeout(waiting);
  list.hidden = true;
  list.replaceChildren();
  shownOf(areaOf(form)).removeAttribute("aria-activedescendant");
}

function point(form, at) {
  const all = optionsOf(listOf(form));
  all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (!all[at]) return;
  shownOf(areaOf(form)).setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

async function ask(form, typed) {
  const mine = ++asked;
  const url = new URL(form.dataset.texts, location.href);
  url.searchParams.set("q", typed.trim());
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const list = listOf(form);
  list.innerHTML = await answer.text();
  optionsOf(list).forEach((option, index) => (option.id = `${list.id}-${index}`));
  list.hidden = false;
  point(form, 0);
}

function insert(form, option) {
  const area = areaOf(form);
  const head = before(area);
  const start = head.lastIndexOf("::");
  if (option.dataset.html && area.setRangeForm) area.setRangeForm(option.dataset.html, start, head.length);
  else area.setRangeText(option.dataset.text, start, head.length, "end");
  close(form);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-texts]");
  if (!form || event.target.name !== "text") return;
  const found = ASKED.exec(before(event.target));
  clearTimeout(waiting);
  if (found) waiting = setTimeout(ask, PAUSE, form, found[1]);
  else if (!listOf(form).hidden) close(form);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-texts]");
  if (!form || writtenIn(event.target).name !== "text" || listOf(form).hidden || event.isComposing) return;
  const all = optionsOf(listOf(form));
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") close(form);
  else if (!all.length || event.ctrlKey || event.metaKey) return;
  else if (event.key === "ArrowDown") point(form, (at + 1) % all.length);
  else if (event.key === "ArrowUp") point(form, (at - 1 + all.length) % all.length);
  else if (event.key === "Enter" || event.key === "Tab") insert(form, all[at]);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-texts-list]")) event.preventDefault(); // the field keeps the focus, the list stays
  const option = event.target.closest("[data-texts-list] [role=option]");
  if (!option) return;
  event.preventDefault();
  insert(option.closest("form"), option);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-texts-open]");
  if (!button) return;
  event.preventDefault();
  const area = areaOf(button.closest("form"));
  area.focus();
  const gap = /(^|\s)$/.test(before(area)) ? "" : " ";
  area.setRangeText(`${gap}::`, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("focusout", (event) => {
  const form = event.target.closest?.("form[data-texts]");
  if (form && writtenIn(event.target).name === "text" && !listOf(form).hidden) setTimeout(close, 150, form);
});
