/* The call timer: runs from the first keystroke in its form and writes whole seconds into a hidden field. */
const two = (number) => String(number).padStart(2, "0");

function words(seconds) {
  const hours = Math.floor(seconds / 3600);
  return (hours ? hours + ":" : "") + two(Math.floor(seconds / 60) % 60) + ":" + two(seconds % 60);
}

function run(timer) {
  const form = timer.closest("form") ?? document.querySelector(timer.dataset.timerForm);
  const field = form.querySelector(`[name="${timer.dataset.timerField}"]`);
  const before = Number(field?.value || 0);
  let started = before ? Date.now() - before * 1000 : null;
  const tick = () => {
    const seconds = started === null ? 0 : Math.floor((Date.now() - started) / 1000);
    timer.textContent = words(seconds);
    if (field) field.value = seconds;
  };
  form.addEventListener("keydown", () => (started ??= Date.now()));
  form.addEventListener("input", () => (started ??= Date.now()));
  form.addEventListener("submit", tick);
  setInterval(() => started !== null && !timer.matches("[data-stopped]") && tick(), 1000);
  tick();
}

document.querySelectorAll("[data-timer]").forEach(run);
document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-timer-stop]");
  if (stop) document.querySelector("[data-timer]")?.toggleAttribute("data-stopped");
});
