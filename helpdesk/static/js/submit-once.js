/* A pressed button rests until the answer comes; the server is the one that makes doing it twice harmless. */
function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) return;
  if (form.method === "get" || form.matches("[data-many]")) return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.classList.add("is-busy");
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => rest(form), 8000);
}

function rest(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-busy");
  }
}

function restAll() {
  document.querySelectorAll("form[data-sent]").forEach(rest);
}

document.addEventListener("submit", onSubmit);
document.addEventListener("htmx:finally:request", restAll);
window.addEventListener("pageshow", restAll);
