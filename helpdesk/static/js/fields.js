/* A field of words and the editor in its place: who listens to the one need not know the other. */

/* The field of the form that is written in, whichever of the two the event came from. */
export const writtenIn = (target) => target.closest?.("trix-editor")?.plainField ?? target;

/* What is seen of it and has the focus. */
export const shownOf = (field) => field.richEditor ?? field;

/* Everything that is written, to be kept or compared. */
export const wordsOf = (field) => ({ text: field.value, html: field.richEditor?.value });

/* Let these words stand there; without a form every line end stays one. */
export function put(field, { text, html }) {
  if (!field.richEditor) field.value = text;
  else field.richEditor.load(html || asForm(text));
}

export function asForm(text) {
  const box = document.createElement("div");
  text.split("\n").forEach((line, at) => box.append(...(at ? [document.createElement("br")] : []), line));
  return text ? box.outerHTML : "";
}
