/* Files of a message: dropped, pasted or chosen, they go to the desk at once and wait in the composer. */
const MIB = 1024 * 1024;
const UNDER_WAY = new WeakMap();
const formOf = (target) => target.closest?.("form[data-uploads]");
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function rowOf(form, name) {
  const row = document.createElement("li");
  row.className = "waiting-file";
  const label = Object.assign(document.createElement("span"), { className: "waiting-name", textContent: name });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", name);
  row.append(label, bar);
  form.querySelector("[data-waiting]").append(row);
  return row;
}

function refuse(form, row, words) {
  const sentence = Object.assign(document.createElement("span"), { textContent: words });
  const away = Object.assign(document.createElement("button"), { type: "button", className: "ghost square", textContent: "×" });
  away.setAttribute("aria-label", form.dataset.sayRemove.replace("{name}", ""));
  away.addEventListener("click", () => row.remove());
  row.className = "waiting-file is-bad";
  row.setAttribute("role", "alert");
  row.replaceChildren(sentence, away);
}

function count(form, by) {
  const state = UNDER_WAY.get(form) ?? { left: 0 };
  state.left += by;
  UNDER_WAY.set(form, state);
  form.classList.toggle("is-uploading", state.left > 0);
  if (state.left) return;
  UNDER_WAY.delete(form);
  if (state.submitter !== undefined) form.requestSubmit(state.submitter);
}

function take(form, file, name = file.name) {
  const row = rowOf(form, name);
  const most = Number(form.dataset.fileLimit);
  if (file.size > most * MIB) return refuse(form, row, filled(form.dataset.sayLarge, { name, size: (file.size / MIB).toFixed(1), most }));
  count(form, 1);
  const state = UNDER_WAY.get(form);
  state.line = (state.line ?? Promise.resolve()).then(() => travel(form, file, name, row)).then(() => count(form, -1));
}

/* One after the other: the message shall carry its files in the order in which they were given. */
function travel(form, file, name, row) {
  const most = Number(form.dataset.fileLimit);
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  body.append("files", file, name);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => (row.querySelector("progress").value = event.loaded / event.total));
  request.open("POST", form.dataset.uploads);
  request.setRequestHeader("HX-Request", "true");
  return new Promise((arrived) => {
    request.addEventListener("loadend", () => {
      if (request.status === 201) row.outerHTML = request.responseText;
      else if (request.status === 413) refuse(form, row, filled(form.dataset.sayLarge, { name, size: (file.size / MIB).toFixed(1), most }));
      else refuse(form, row, request.status === 422 ? request.responseText : filled(form.dataset.sayLost, { name }));
      arrived();
    });
    request.send(body);
  });
}

/* A pasted picture has no name of its own: it gets the moment. */
function pastedName(file) {
  const at = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  const extension = file.type.split("/")[1] ?? "bin";
  return /^image\.\w+$/.test(file.name) || !file.name ? `picture-${at.replace("T", "-").replaceAll(":", "")}.${extension}` : file.name;
}

async function away(button) {
  const form = formOf(button);
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(button.dataset.unstage, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer && (answer.ok || answer.status === 404)) button.closest("li").remove();
  form.querySelector("textarea").focus();
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (!form || !event.target.matches("[data-files]")) return;
  [...event.target.files].forEach((file) => take(form, file));
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  const form = formOf(event.target);
  const files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files.length || event.clipboardData.getData("text/plain")) return;
  event.preventDefault();
  files.forEach((file) => take(form, file, pastedName(file)));
});
document.addEventListener("dragover", (event) => {
  const form = document.querySelector("form[data-uploads]");
  if (!form || !carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("is-drop", "is-open");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.querySelector("form.is-drop")?.classList.remove("is-drop");
});
document.addEventListener("drop", (event) => {
  const form = document.querySelector("form[data-uploads]");
  if (!form || !carriesFiles(event)) return;
  event.preventDefault();
  form.classList.remove("is-drop");
  [...event.dataTransfer.files].forEach((file) => take(form, file));
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unstage]");
  if (button) away(button);
});
/* Sending waits for files that are still on their way. */
document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form || !(UNDER_WAY.get(form)?.left > 0)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  UNDER_WAY.get(form).submitter = event.submitter;
}, true);
