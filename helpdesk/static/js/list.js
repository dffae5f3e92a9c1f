/* Rows: a cursor that j, k and the arrows move, Enter opens, x chooses. */
const rowsOf = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function busy(event) {
  const field = event.target.closest("textarea, select, [contenteditable=true], input:not([type=checkbox])");
  return field || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]");
}

function move(step) {
  const rows = rowsOf();
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("is-cursor"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  if (at >= 0) rows[at].classList.remove("is-cursor");
  next.classList.add("is-cursor");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a[href]")?.focus({ preventScroll: true });
}

function choose(row) {
  const tick = row.querySelector("input[type=checkbox]");
  if (!tick) return;
  tick.checked = !tick.checked;
  tick.dispatchEvent(new Event("change", { bubbles: true }));
}

function onKey(event) {
  if (event.defaultPrevented || busy(event) || !document.querySelector("[data-rows]")) return;
  const step = { KeyJ: 1, ArrowDown: 1, KeyK: -1, ArrowUp: -1 }[event.code];
  const row = document.querySelector("[data-rows] .is-cursor");
  if (step) move(step);
  else if (row && event.code === "KeyX") choose(row);
  else if (row && event.code === "Enter" && event.target === document.body) location.href = row.dataset.href;
  else return;
  event.preventDefault();
}

/* Shift and a click choose everything from the last chosen row to this one. */
let lastTick = null;

function onTick(event) {
  const tick = event.target.closest?.("[data-rows] [data-row] input[type=checkbox]");
  if (!tick) return;
  const ticks = [...document.querySelectorAll("[data-rows] [data-row] input[type=checkbox]")];
  if (event.shiftKey && lastTick && ticks.includes(lastTick)) {
    const [from, to] = [ticks.indexOf(lastTick), ticks.indexOf(tick)].sort((a, b) => a - b);
    for (const one of ticks.slice(from, to + 1)) mark(one, tick.checked);
  }
  lastTick = tick;
}

function mark(tick, chosen) {
  tick.checked = chosen;
  tick.closest("[data-row]").classList.toggle("is-chosen", chosen);
}

function onChange(event) {
  const row = event.target.closest("[data-row]");
  if (event.target.matches("[data-choose-all]")) {
    for (const tick of document.querySelectorAll("[data-rows] [data-row] input[type=checkbox]")) {
      mark(tick, event.target.checked);
    }
  } else if (row && event.target.matches("input[type=checkbox]")) {
    row.classList.toggle("is-chosen", event.target.checked);
  } else return;
  showBulk();
}

function showBulk() {
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  const chosen = [...document.querySelectorAll("[data-rows] [data-row] input:checked")];
  bulk.hidden = chosen.length === 0;
  bulk.querySelector("[data-bulk-count]").textContent = chosen.length;
  const away = chosen.filter((tick) => tick.closest("[data-row]").classList.contains("is-away")).length;
  const note = bulk.querySelector("[data-bulk-note]");
  note.textContent = note.dataset.note.replace("#", away);
  note.hidden = bulk.querySelector("[data-bulk-note-sep]").hidden = away === 0;
  const all = document.querySelector("[data-choose-all]");
  const rows = rowsOf().length;
  if (all) [all.checked, all.indeterminate] = [chosen.length === rows, chosen.length > 0 && chosen.length < rows];
}

function clearChosen() {
  for (const tick of document.querySelectorAll("[data-rows] [data-row] input:checked")) mark(tick, false);
  showBulk();
}

function onClick(event) {
  const row = event.target.closest("[data-rows] [data-row]");
  if (!row || event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
  location.href = row.dataset.href;
}

document.addEventListener("keydown", onKey);
document.addEventListener("change", onChange);
document.addEventListener("click", onClick);
document.addEventListener("click", onTick);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !busy(event) && !document.querySelector("[data-menu][open]")) clearChosen();
});
/* A panel that a key opened takes the keyboard along. */
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-takes-focus][open]")) event.target.querySelector("input:not([type=hidden]), select")?.focus();
}, true);
document.addEventListener("click", (event) => event.target.closest?.("[data-bulk-clear]") && clearChosen());
for (const tick of document.querySelectorAll("[data-rows] [data-row] input:checked")) mark(tick, true); // the browser kept them
showBulk();
