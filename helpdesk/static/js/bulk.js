/* Verbs on chosen rows: the bar's buttons open a dialog, and what it would do follows its fields. */
const ASKS = { "HX-Request": "true", Accept: "text/html" };

function query(form, more) {
  const data = new URLSearchParams(new FormData(form));
  for (const secret of ["csrf_token", "form_token"]) data.delete(secret);
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return data;
}

function put(place, html) {
  place.innerHTML = html;
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
}

async function openVerb(event) {
  const form = event.target;
  const place = document.querySelector("[data-bulk-place]");
  if (form.id !== "bulk-form" || !place || !event.submitter?.value) return;
  event.preventDefault();
  const address = `${form.getAttribute("action")}?${query(form, { verb: event.submitter.value })}`;
  const answer = await fetch(address, { headers: ASKS }).catch(() => null);
  if (!answer || answer.redirected || answer.status === 401) location.href = address;
  else put(place, await answer.text());
}

async function lookAgain(event) {
  const form = event.target.closest?.("[data-bulk-form]");
  const outlook = form?.querySelector("#bulk-outlook");
  if (!outlook) return;
  const answer = await fetch(`${form.dataset.outlook}?${query(form, { part: "outlook" })}`, { headers: ASKS }).catch(() => null);
  if (answer?.ok) outlook.outerHTML = await answer.text();
}

document.addEventListener("submit", openVerb);
document.addEventListener("change", lookAgain);
