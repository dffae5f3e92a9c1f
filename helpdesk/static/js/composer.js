/* The reply: a draft that outlives an ended sign-in, Ctrl+Enter sends, the cursor goes into the text after a switch. */
const PREFIX = "draft:";
const keyOf = (form) => PREFIX + form.dataset.draft;

function textOf(form) {
  return form.querySelector("textarea");
}

function keep(form) {
  const text = textOf(form).value;
  const kind = form.querySelector("input[type=radio]:checked")?.value ?? "";
  try {
    if (text.trim()) localStorage.setItem(keyOf(form), JSON.stringify({ text, kind, at: Date.now() }));
    else localStorage.removeItem(keyOf(form));
  } catch {
    return; // a full or forbidden store costs only the safety net
  }
}

function bring(form) {
  const stored = localStorage.getItem(keyOf(form));
  const text = textOf(form);
  if (!stored || text.value.trim()) return;
  const draft = JSON.parse(stored);
  text.value = draft.text;
  const kind = [...form.querySelectorAll("input[type=radio]")].find((radio) => radio.value === draft.kind);
  if (kind) kind.checked = true;
  const saved = form.querySelector("[data-saved]");
  if (saved) saved.hidden = false;
}

function forget(name) {
  localStorage.removeItem(PREFIX + name);
}

function settle(root) {
  root.querySelectorAll("[data-draft-done]").forEach((mark) => forget(mark.dataset.draftDone));
  root.querySelectorAll("form[data-composer][data-draft]").forEach(bring);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-composer][data-draft]");
  if (form) keep(form);
});
document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form || !event.target.matches("input[type=radio]")) return;
  form.classList.add("is-open"); // on a phone it is folded, and not every browser gives a pressed radio the focus
  textOf(form).focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  if (!form || event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("htmx:after:swap", () => settle(document));
settle(document);
