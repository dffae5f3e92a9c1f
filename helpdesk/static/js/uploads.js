/* Files of a message: dropped, pasted or chosen, they go to the desk at once and wait in the composer; pictures stand
   between the words. */
const MIB = 1024 * 1024;
const UNDER_WAY = new WeakMap();
const formOf = (target) => target.closest?.("form[data-uploads]");
const editorOf = (form) => form.querySelector("trix-editor");
const isPicture = (file) => /^image\/(png|jpeg|gif|webp)$/.test(file.type);
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

function take(form, file, name = file.name, picture = null) {
  const row = rowOf(form, name);
  row.hidden = Boolean(picture);
  const most = Number(form.dataset.fileLimit);
  if (file.size > most * MIB) return refuse(form, row, filled(form.dataset.sayLarge, { name, size: (file.size / MIB).toFixed(1), most }));
  count(form, 1);
  const state = UNDER_WAY.get(form);
  state.line = (state.line ?? Promise.resolve()).then(() => travel(form, file, name, row, picture)).then(() => count(form, -1));
}

/* One after the other: the message shall carry its files in the order in which they were given. */
function travel(form, file, name, row, picture) {
  const most = Number(form.dataset.fileLimit);
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  body.append("files", file, name);
  if (picture) body.append("inline", "1");
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    row.querySelector("progress").value = event.loaded / event.total;
    picture?.setUploadProgress((100 * event.loaded) / event.total);
  });
  request.open("POST", form.dataset.uploads);
  request.setRequestHeader("HX-Request", "true");
  return new Promise((arrived) => {
    request.addEventListener("loadend", () => {
      row.hidden = false;
      if (request.status !== 201) picture?.remove();
      if (request.status === 201) arrive(row, request.responseText, picture);
      else if (request.status === 413) refuse(form, row, filled(form.dataset.sayLarge, { name, size: (file.size / MIB).toFixed(1), most }));
      else refuse(form, row, request.status === 422 ? request.responseText : filled(form.dataset.sayLost, { name }));
      arrived();
    });
    request.send(body);
  });
}

/* A picture gets its address; what only called itself one is a file like others. */
function arrive(row, words, picture) {
  const url = Object.assign(document.createElement("template"), { innerHTML: words }).content.querySelector("[data-picture]")?.dataset.picture;
  if (picture && !url) picture.remove();
  if (!url) row.outerHTML = words;
  else row.remove();
  if (url) picture?.setAttributes({ url });
}

/* A picture that came with pasted words: one of this desk or one that is all there comes along, any other stays away. */
async function bringAlong(form, picture) {
  const url = picture.getURL() ?? "";
  if (new URL(url, location.href).pathname.startsWith(`${form.dataset.uploads}/`)) return;
  const file = await fileAt(url).catch(() => null);
  if (file && isPicture(file)) return take(form, file, pastedName(file), picture);
  picture.remove();
  refuse(form, rowOf(form, ""), form.dataset.sayForeign);
}

async function fileAt(url) {
  const [head, data] = /^data:(image\/\w+);base64,(.*)$/s.exec(url)?.slice(1) ?? [];
  if (data) return new File([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))], "", { type: head });
  if (new URL(url, location.href).origin !== location.origin) return null;
  const found = await (await fetch(url)).blob();
  return new File([found], "", { type: found.type });
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
  form.elements.text.focus();
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
  if (!form || event.defaultPrevented || !files.length || event.clipboardData.getData("text/plain")) return;
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
  if (event.target.closest?.("trix-editor")) return; // it has taken them already
  for (const file of event.dataTransfer.files) isPicture(file) && editorOf(form) ? editorOf(form).editor.insertFile(file) : take(form, file);
});
/* The editor takes pictures; every other file goes where files wait. */
document.addEventListener("trix-file-accept", (event) => {
  const form = formOf(event.target);
  if (form && isPicture(event.file) && event.file.size <= Number(form.dataset.fileLimit) * MIB) return;
  event.preventDefault();
  if (form) take(form, event.file, pastedName(event.file));
});
document.addEventListener("trix-attachment-add", ({ target, attachment }) => {
  const form = formOf(target);
  if (!form) return;
  if (attachment.file) take(form, attachment.file, pastedName(attachment.file), attachment);
  else bringAlong(form, attachment);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unstage]");
  if (button) away(button);
});
/* What stands between the words needs no row of its own; without the editor it is a file. */
for (const row of document.querySelectorAll("form[data-uploads]:has(trix-editor) [data-upload][data-picture]")) row.remove();
/* Sending waits for files that are still on their way. */
document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form || !(UNDER_WAY.get(form)?.left > 0)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  UNDER_WAY.get(form).submitter = event.submitter;
}, true);
