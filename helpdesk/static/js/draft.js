/* A draft is kept on the server a second after the last key; in this browser only while the server cannot be reached. */
import { put, wordsOf } from "./fields.js";

const PAUSE = 1000;
const PREFIX = "draft:";
const FIELDS = ["visibility", "text", "html", "cc", "third_party", "pick", "pick_file", "addressed", "csrf_token"];
const LARGEST_LEAVING = 60000; // a browser lets no more outlive the page
const states = new WeakMap();

const formOf = (target) => target.closest?.("form[data-draft-url]");
const keyOf = (form) => PREFIX + form.dataset.draft;
const stateOf = (form) => states.get(form) ?? states.set(form, { dirty: false, busy: false }).get(form);

function bodyOf(form, more) {
  const body = new URLSearchParams({ base: form.dataset.revision, ...more });
  for (const [name, value] of new FormData(form)) if (FIELDS.includes(name)) body.append(name, value);
  return body;
}

function tell(form, words) {
  const place = form.querySelector("[data-saved]");
  place.textContent = words;
  place.hidden = !words;
}

function keepHere(form) {
  const [words, kind] = [wordsOf(form.elements.text), form.elements.visibility.value];
  const rest = { cc: form.elements.cc?.value, third_party: form.elements.third_party?.value, addressed: form.elements.addressed?.value };
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ ...words, kind, ...rest, base: form.dataset.revision }));
    tell(form, form.dataset.sayHere);
  } catch {
    return; // a full or forbidden store costs only the safety net
  }
}

function forgetHere(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    return;
  }
}

async function save(form, { leaving = false, mine = false } = {}) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  if (state.sent || state.stopped || (state.busy && !leaving)) return;
  Object.assign(state, { dirty: false, busy: true, control: leaving ? null : new AbortController() });
  const body = bodyOf(form, mine ? { mine: "1" } : {});
  const keepalive = leaving && body.toString().length < LARGEST_LEAVING;
  try {
    const signal = state.control?.signal;
    const answer = await fetch(form.dataset.draftUrl, { method: "POST", body, keepalive, signal, headers: { "HX-Request": "true" } });
    await settle(form, answer);
  } catch {
    if (!state.sent) keepHere(form);
  }
  state.busy = false;
  if (state.dirty) later(form);
}

async function settle(form, answer) {
  if (answer.status === 409) return newer(form, await answer.json());
  if (answer.status === 401) {
    keepHere(form);
    return tell(form, form.dataset.sayOut);
  }
  if (!answer.ok) return keepHere(form);
  const { revision, words } = await answer.json();
  form.dataset.revision = revision;
  tell(form, words);
  forgetHere(form.dataset.draft);
}

/* Another window has gone on: nothing is overwritten until a person has said which of the two stays. */
function newer(form, other) {
  const strip = form.querySelector("[data-newer]");
  Object.assign(stateOf(form), { stopped: true, other });
  strip.querySelector("[data-newer-words]").textContent = other.words;
  strip.querySelector("[data-newer-show]").hidden = other.text === undefined;
  strip.hidden = false;
}

function show(form, other) {
  put(form.elements.text, other);
  for (const radio of form.querySelectorAll("[name=visibility]")) radio.checked = radio.value === other.kind || radio.checked;
  for (const name of ["cc", "third_party"]) {
    if (!form.elements[name] || other[name] === undefined) continue;
    form.elements[name].value = other[name];
    form.elements[name].dispatchEvent(new Event("recipients:filled", { bubbles: true }));
  }
  if (other.addressed && form.elements.addressed) form.elements.addressed.value = other.addressed; // asked about when it is sent
  if (other.revision !== undefined) form.dataset.revision = other.revision;
}

function decide(form, isMine) {
  const state = stateOf(form);
  form.querySelector("[data-newer]").hidden = true;
  state.stopped = false;
  if (!isMine) show(form, state.other);
  if (isMine || state.other.here) save(form, { mine: true });
  form.elements.text.focus();
}

function later(form) {
  const state = stateOf(form);
  state.dirty = true;
  clearTimeout(state.timer);
  state.timer = setTimeout(save, PAUSE, form);
}

/* What this browser kept while the desk was away goes to the server, unless something newer stands there. */
function bring(form) {
  const stored = localStorage.getItem(keyOf(form));
  if (!stored) return;
  const here = JSON.parse(stored);
  const there = wordsOf(form.elements.text);
  if (here.text === there.text && (here.html ?? there.html) === there.html) return forgetHere(form.dataset.draft);
  if ((here.base ?? "") !== form.dataset.revision) return newer(form, { ...here, revision: undefined, here: true, words: form.dataset.sayOlder });
  show(form, { ...here, revision: undefined });
  save(form);
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (form && FIELDS.includes(event.target.name)) later(form);
});
document.addEventListener("focusout", (event) => {
  const form = formOf(event.target);
  const isSending = event.relatedTarget?.matches("button[type=submit]"); // what is being sent needs no draft
  if (form && stateOf(form).dirty && !isSending) save(form);
});
document.addEventListener("submit", (event) => {
  if (!formOf(event.target) || event.defaultPrevented) return;
  clearTimeout(stateOf(event.target).timer);
  stateOf(event.target).control?.abort();
  stateOf(event.target).sent = true;
});
document.addEventListener("click", (event) => {
  const form = formOf(event.target);
  if (form && event.target.matches("[data-newer-show]")) decide(form, false);
  if (form && event.target.matches("[data-newer-mine]")) decide(form, true);
});
addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-draft-url]")) if (stateOf(form).dirty) save(form, { leaving: true });
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-draft-url]")) stateOf(form).sent = false;
});
document.querySelectorAll("[data-draft-done]").forEach((mark) => forgetHere(mark.dataset.draftDone));
document.querySelectorAll("form[data-draft-url]").forEach(bring);
