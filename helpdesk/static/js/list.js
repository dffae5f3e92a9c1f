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

function onChange(event) {
  const row = event.target.closest("[data-row]");
  if (event.target.matches("[data-choose-all]")) {
    for (const tick of document.querySelectorAll("[data-rows] [data-row] input[type=checkbox]")) {
      tick.checked = event.target.checked;
      tick.closest("[data-row]").classList.toggle("is-chosen", tick.checked);
    }
  } else if (row && event.target.matches("input[type=checkbox]")) {
    row.classList.toggle("is-chosen", event.target.checked);
  } else return;
  showBulk();
}

function showBulk() {
  const bulk = document.querySelector("[data-bulk]");
  if (!bulk) return;
  const count = document.querySelectorAll("[data-rows] [data-row] input:checked").length;
  bulk.hidden = count === 0;
  const figure = bulk.querySelector("[data-bulk-count]");
  if (figure) figure.textContent = count;
}

function onClick(event) {
  const row = event.target.closest("[data-rows] [data-row]");
  if (!row || event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
  location.href = row.dataset.href;
}

document.addEventListener("keydown", onKey);
document.addEventListener("change", onChange);
document.addEventListener("click", onClick);
showBulk();
