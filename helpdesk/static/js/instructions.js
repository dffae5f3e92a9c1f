/* Instructions beside a ticket: "Insert" puts the text into the answer at the cursor and links it, without leaving the page. */
function put(area, text) {
  if (area.richEditor) return putRich(area, text);
  const before = area.value.slice(0, area.selectionStart).trimEnd();
  const after = area.value.slice(area.selectionEnd).trimStart();
  const head = before ? before + "\n\n" + text : text;
  area.value = after ? head + "\n\n" + after : head;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  area.setSelectionRange(head.length, head.length);
}

function putRich(area, text) {
  const [before, after] = [area.value.slice(0, area.selectionStart), area.value.slice(area.selectionEnd)];
  const gap = (words, end) => (!words.trim() || end.test(words) ? "" : "\n\n");
  area.setRangeText(gap(before, /\n\n$/) + text + gap(after, /^\n\n/), before.length, area.value.length - after.length);
  area.focus();
}

async function link(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) form.submit(); // the page says in words what was wrong
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-insert] button");
  if (!button) return;
  event.preventDefault();
  const form = button.closest("form");
  button.disabled = true;
  link(form);
  const area = document.querySelector("form[data-composer] textarea");
  if (!form.dataset.text || !area) return;
  form.closest("dialog")?.close();
  put(area, form.dataset.text);
});
