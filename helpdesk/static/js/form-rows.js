/* Rows of a form table: another one at the end, one less, and Monday's hours for the days after it. */
const WORKDAYS = [1, 2, 3, 4];

function addRow(button) {
  const rows = document.querySelector(`[data-rows-of="${button.dataset.addRow}"]`);
  const last = rows?.lastElementChild;
  if (!last) return;
  const row = last.cloneNode(true);
  row.classList.remove("has-error");
  row.querySelectorAll(".field-error").forEach((told) => told.remove());
  for (const control of row.querySelectorAll("input, select")) {
    control.removeAttribute("aria-invalid");
    if (control.matches("select")) control.selectedIndex = 0;
    else control.value = "";
  }
  rows.append(row);
  row.querySelector("input").focus();
}

function dropRow(button) {
  const row = button.closest("tr");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (!next) return row.querySelectorAll("input").forEach((control) => { control.value = ""; });
  row.remove();
  next.querySelector("input")?.focus();
}

function fillWeek(verb) {
  const days = [...document.querySelectorAll("[data-week]")];
  const from = verb === "always" ? "00:00-24:00" : days[0].value;
  const filled = verb === "always" ? days : days.filter((day) => WORKDAYS.includes(Number(day.dataset.week)));
  filled.forEach((day) => { day.value = from; });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name='act'], button[data-add-row], button[data-drop-row]");
  if (!button) return;
  if (button.dataset.addRow) addRow(button);
  else if (button.matches("[data-drop-row]")) dropRow(button);
  else if (button.value === "same" || button.value === "always") fillWeek(button.value);
  else return;
  event.preventDefault();
});
