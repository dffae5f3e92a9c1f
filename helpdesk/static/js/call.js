/* The call form: brings the caller's tickets, the verdict and the instructions while somebody types. */
const PAUSE = 300;
const form = document.querySelector("form[data-call]");
const field = (name) => form.elements.namedItem(name);
const waiting = new Map();

async function fetchPiece(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true", Accept: "text/html" } });
  return answer.ok ? answer.text() : null;
}

/* Replaces an element by the fragment of the same id; a slower answer to an older question is dropped. */
async function bring(id, url) {
  const turn = (waiting.get(id) ?? 0) + 1;
  waiting.set(id, turn);
  const html = await fetchPiece(url).catch(() => null);
  if (html === null || waiting.get(id) !== turn) return;
  const place = document.getElementById(id);
  const piece = new DOMParser().parseFromString(html, "text/html").getElementById(id);
  if (place && piece) place.replaceWith(document.adoptNode(piece));
}

function address(url, values) {
  const full = new URL(url, location.href);
  for (const [name, value] of Object.entries(values)) full.searchParams.set(name, value);
  return full;
}

function chosenContact() {
  return form.querySelector("[data-combobox] [name=contact][data-chosen]").value;
}

function bringVerdict() {
  const of = (name) => form.querySelector(`[name=${name}]:checked`)?.value ?? "";
  bring("verdict", address(form.dataset.verdict, { impact: of("impact"), urgency: of("urgency"), contact: chosenContact() }));
}

function bringCaller(contact) {
  if (/^\d+$/.test(contact)) bring("caller", form.dataset.caller + "/" + contact);
  else document.getElementById("caller").replaceChildren();
}

function showNewContact(isNew, words) {
  const box = form.querySelector("[data-new-contact]");
  box.hidden = !isNew && !field("number").value;
  form.querySelector("[data-only-new]").hidden = !isNew;
  if (!isNew) return;
  const isNumber = /\d{3}/.test(words) && !/\p{L}/u.test(words);
  const [taken, next] = isNumber ? ["number", "new_name"] : ["new_name", "new_company"];
  if (!field(taken).value) field(taken).value = words;
  field(next).focus();
}

function bringSuggestions() {
  if (form.querySelector("[data-steps] input:checked")) return; // what is being run stays in place
  bring("steps", address(form.dataset.suggestions, { q: field("happened").value.slice(-2000), steps: "1" }));
}

function suggestSubject() {
  const subject = field("subject");
  if (subject.dataset.own) return;
  const first = field("happened").value.trim().split(/(?<=[.!?…])\s|\n/, 1)[0].trim().replace(/\.$/, "");
  subject.value = first.length <= 90 ? first : first.slice(0, 90).replace(/\s+\S*$/, "") + "…";
}

function writeStep(tick) {
  const done = field("done");
  const step = tick.value.slice(tick.value.indexOf(":") + 1);
  const lines = done.value.split("\n").filter((line) => line.trim() && line.trim() !== step);
  if (tick.checked) lines.push(step);
  done.value = lines.join("\n");
}

function onHand(event) {
  const card = form.querySelector("[data-card]");
  if (!card || field("asked").value.trim()) return;
  event.preventDefault();
  card.open = true;
  field("configuration").value ||= document.getElementById("caller").dataset.systems ?? "";
  field("asked").focus();
}

let pause;
form.addEventListener("input", (event) => {
  const target = event.target;
  if (target.name === "who") document.getElementById("caller").replaceChildren();
  if (target.name === "subject") target.dataset.own = target.value ? "1" : "";
  if (target.name === "step") writeStep(target);
  if (target.name === "impact" || target.name === "urgency") bringVerdict();
  if (target.name !== "happened") return;
  suggestSubject();
  clearTimeout(pause);
  pause = setTimeout(bringSuggestions, PAUSE);
});
form.addEventListener("combobox:chosen", (event) => {
  if (!event.target.querySelector("[name=contact]")) return field("new_email").focus();
  const isNew = event.detail.value === "new";
  bringCaller(event.detail.value);
  bringVerdict();
  showNewContact(isNew, event.detail.words);
  if (!isNew) field("happened").focus();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input:not([type=radio], [type=checkbox])")) event.preventDefault();
});
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-hand]")) onHand(event);
});
if (field("subject").value) field("subject").dataset.own = "1";

/* A form that never arrived (the sign-in had ended, the desk was away) is brought back; one that did is forgotten. */
const KEPT = "call-sent";
const TEXTS = ["who", "number", "new_name", "new_company", "new_email", "happened", "subject", "done", "asked", "configuration", "seconds"];

function keepCopy() {
  const copy = Object.fromEntries(TEXTS.map((name) => [name, field(name)?.value ?? ""]));
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...copy, contact: chosenContact(), token: field("form_token").value }));
  } catch {
    return; // a full or forbidden store costs only the safety net
  }
}

function bringBack() {
  const copy = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  const arrived = copy && document.cookie.includes(`${form.dataset.mark}=${copy.token}`);
  if (!copy || arrived || field("happened").value) return localStorage.removeItem(KEPT);
  for (const name of TEXTS) if (field(name)) field(name).value = copy[name];
  form.querySelector("[data-combobox] [name=contact][data-chosen]").value = copy.contact;
  form.querySelector("[data-brought-back]").hidden = false;
  bringCaller(copy.contact);
  showNewContact(copy.contact === "new" || copy.new_company !== "", copy.who);
  bringSuggestions();
}

form.addEventListener("submit", keepCopy);
form.querySelector("[data-forgets]").addEventListener("click", () => localStorage.removeItem(KEPT));
bringBack();
