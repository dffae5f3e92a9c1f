/* Type-ahead: asks for a fragment of options after a pause in typing and lets the keyboard choose one. */
const PAUSE = 150;
const state = new WeakMap();

function parts(box) {
  return { input: box.querySelector("[role=combobox]"), list: box.querySelector("[role=listbox]"), chosen: box.querySelector("[data-chosen]"), count: box.querySelector("[data-count]") };
}

function optionsOf(box) {
  return [...box.querySelectorAll("[role=option]")];
}

function close(box) {
  const { input, list } = parts(box);
  list.hidden = true;
  box.classList.remove("is-open");
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function point(box, at) {
  const { input } = parts(box);
  const all = optionsOf(box);
  all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (!all[at]) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

function show(box, html) {
  const { input, list, count } = parts(box);
  list.innerHTML = html;
  const all = optionsOf(box);
  all.forEach((option, index) => (option.id = option.id || `${list.id}-${index}`));
  list.hidden = all.length === 0;
  box.classList.toggle("is-open", all.length > 0);
  input.setAttribute("aria-expanded", String(all.length > 0));
  count.textContent = all.length ? count.dataset.some : count.dataset.none;
  point(box, all.length && !("free" in box.dataset) ? 0 : -1); // a free field takes what is typed unless one is chosen
}

async function ask(box) {
  const { input } = parts(box);
  const query = input.value.trim();
  state.get(box)?.control?.abort();
  if (query.length < Number(box.dataset.least ?? 1)) return close(box);
  const control = new AbortController();
  state.set(box, { control });
  const url = new URL(box.dataset.url, location.href);
  url.searchParams.set("q", query);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", Accept: "text/html" }, signal: control.signal });
    if (answer.ok) show(box, await answer.text());
  } catch (trouble) {
    if (trouble.name !== "AbortError") close(box);
  }
}

function choose(box, option) {
  const { input, chosen } = parts(box);
  if (option.dataset.href) return void (location.href = option.dataset.href);
  chosen.value = option.dataset.value ?? "";
  input.value = option.dataset.words ?? input.value;
  close(box);
  box.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: { value: chosen.value, words: input.value } }));
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
}

function onInput(event) {
  const box = event.target.closest("[data-combobox]");
  if (!box || event.target !== parts(box).input) return;
  if (parts(box).chosen) parts(box).chosen.value = "";
  clearTimeout(box.waiting);
  box.waiting = setTimeout(() => ask(box), PAUSE);
}

function onKey(event) {
  const box = event.target.closest?.("[data-combobox]");
  if (!box || event.target !== parts(box).input || event.isComposing) return;
  const all = optionsOf(box);
  const open = !parts(box).list.hidden && all.length > 0;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" && !open) ask(box);
  else if (!open) return;
  else if (event.key === "ArrowDown") point(box, (at + 1) % all.length);
  else if (event.key === "ArrowUp") point(box, at < 1 ? all.length - 1 : at - 1);
  else if (event.key === "Enter" && all[at]) choose(box, all[at]);
  else if (event.key === "Escape") close(box);
  else return;
  event.preventDefault();
}

document.addEventListener("input", onInput);
document.addEventListener("keydown", onKey);
document.addEventListener("focusin", (event) => {
  const box = event.target.closest?.("[data-combobox][data-least='0']");
  if (box && event.target === parts(box).input) ask(box);
});
document.addEventListener("focusout", (event) => {
  const box = event.target.closest?.("[data-combobox]");
  if (box && !box.contains(event.relatedTarget)) setTimeout(() => close(box), 120);
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-combobox] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("[data-combobox]"), option);
});
