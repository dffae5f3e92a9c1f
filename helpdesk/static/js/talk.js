/* A conversation opens at its end; an instruction goes into the answer without leaving the page. */
function toEnd(root) {
  if (location.hash.startsWith("#message-")) return;
  for (const talk of root.querySelectorAll("[data-end]")) talk.scrollTop = talk.scrollHeight;
}

function put(text) {
  const field = document.querySelector("form[data-composer] textarea");
  if (!field) return;
  field.setRangeText((field.value.trim() ? "\n\n" : "") + text, field.selectionEnd, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

async function onSubmit(event) {
  const form = event.target.closest("form[data-insert][data-text]");
  if (!form || !document.querySelector("form[data-composer]")) return;
  event.preventDefault();
  form.closest("dialog")?.close();
  put(form.dataset.text);
  const body = new URLSearchParams(new FormData(form));
  body.delete("insert"); // the words are in the answer already
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
}

document.addEventListener("submit", onSubmit);
toEnd(document);
