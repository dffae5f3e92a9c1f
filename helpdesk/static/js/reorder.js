/* A list that is put in order by dragging its grip or with the arrow keys on it; nothing is kept before the form is sent. */
const form = document.querySelector("[data-reorder]");

function items() {
  return [...form.querySelectorAll("[data-reorder-item]")];
}

function renumber() {
  items().forEach((item, at) => (item.querySelector("[data-reorder-number]").textContent = String(at + 1)));
  form.querySelector("[data-reorder-save]").hidden = false;
  for (const step of form.querySelectorAll("[data-reorder-step]")) step.hidden = true;
}

function say(item) {
  const status = form.querySelector("[data-reorder-said]");
  status.textContent = `${item.querySelector("b").textContent}: ${status.dataset.words} ${items().indexOf(item) + 1}`;
}

function step(item, by) {
  const all = items();
  const other = all[all.indexOf(item) + by];
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
  renumber();
  say(item);
}

function drag(item, event) {
  const grip = event.currentTarget;
  grip.setPointerCapture(event.pointerId);
  item.classList.add("is-dragged");
  const move = ({ clientY }) => {
    const over = items().find((one) => one !== item && clientY >= one.getBoundingClientRect().top && clientY <= one.getBoundingClientRect().bottom);
    if (!over) return;
    const box = over.getBoundingClientRect();
    const isUpper = clientY < box.top + box.height / 2;
    const wanted = isUpper ? over : over.nextElementSibling;
    if (wanted === item || wanted === item.nextElementSibling) return;
    over[isUpper ? "before" : "after"](item);
    renumber();
  };
  const drop = () => {
    item.classList.remove("is-dragged");
    grip.removeEventListener("pointermove", move);
    say(item);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", drop, { once: true });
  grip.addEventListener("pointercancel", drop, { once: true });
}

function arm(item) {
  const grip = item.querySelector("[data-reorder-grip]");
  grip.hidden = false;
  grip.addEventListener("pointerdown", (event) => drag(item, event));
  grip.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    step(item, event.key === "ArrowUp" ? -1 : 1);
    grip.focus();
  });
}

if (form) items().forEach(arm);
