/* Words with a form: textarea[data-rich="toolbar form-field"] gets an editor in its place. The field stays in the
   page with the plain words, tells of every change, and answers questions about the caret for the editor. */
import { asForm } from "./fields.js";

const { Trix } = window;

function settle() {
  delete Trix.config.blockAttributes.heading1;
  Trix.config.attachments.preview.caption = { name: false, size: false };
  for (const [name, element] of [["trix-toolbar", Trix.elements.TrixToolbarElement], ["trix-editor", Trix.elements.TrixEditorElement]]) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}

function dress(field) {
  const [bar, form] = field.dataset.rich.split(" ").map((id) => document.getElementById(id));
  const editor = document.createElement("trix-editor");
  const hadFocus = document.activeElement === field;
  const typed = field.value !== field.defaultValue;
  form.value = typed || !form.value ? asForm(field.value) : form.value;
  form.name = "html";
  Trix.config.lang.remove = bar.dataset.remove;
  editor.className = "rich-text";
  editor.toggleAttribute("hx-ignore", true);
  for (const name of ["aria-controls", "aria-describedby", "aria-invalid", "placeholder"]) if (field.hasAttribute(name)) editor.setAttribute(name, field.getAttribute(name));
  editor.setAttribute("aria-multiline", "true");
  editor.setAttribute("aria-label", field.labels[0]?.textContent ?? "");
  editor.id = field.id;
  field.id = `${field.id}-plain`;
  editor.setAttribute("toolbar", bar.id);
  editor.setAttribute("input", form.id);
  Object.assign(editor, { plainField: field, required: field.required });
  field.after(editor);
  hide(field, editor);
  bar.hidden = false;
  const name = (picture) => picture.getAttribute("alt") || picture.setAttributes({ alt: bar.dataset.alt });
  editor.nameAll = () => editor.editor.getDocument().getAttachments().forEach(name);
  editor.addEventListener("trix-attachment-add", (event) => name(event.attachment));
  editor.nameAll();
  follow(field, editor, form);
  if (hadFocus) editor.focus();
  reachByKeys(bar, editor);
  writeOnBehind(editor);
  if (field.dataset.forThird) askAsChosen(field, editor);
}

/* Whom the words go to stands in the empty field; it changes with the choice above. */
function askAsChosen(field, editor) {
  const said = { internal: field.dataset.forInternal, third: field.dataset.forThird };
  const say = () => editor.setAttribute("placeholder", said[field.form.elements.visibility?.value] ?? field.placeholder);
  field.form.addEventListener("change", say);
  say();
}

/* The field is no longer seen; what is asked of it is asked of the editor. */
function hide(field, editor) {
  Object.assign(field, { hidden: true, required: false, tabIndex: -1, richEditor: editor });
  const at = (which) => ({ configurable: true, get: () => editor.editor.getSelectedRange()[which] });
  Object.defineProperties(field, { selectionStart: at(0), selectionEnd: at(1) });
  field.focus = (...how) => editor.focus(...how);
  field.setSelectionRange = (from, to) => editor.editor.setSelectedRange([from, to]);
  field.setRangeText = (words, from, to) => {
    settleNow(editor);
    editor.editor.setSelectedRange([from, to]);
    editor.editor.insertString(words);
  };
  field.setRangeForm = (html, from, to) => {
    settleNow(editor);
    editor.editor.setSelectedRange([from, to]);
    editor.editor.insertHTML(html);
  };
}

function follow(field, editor, form) {
  const read = () => (field.value = editor.editor.getDocument().toString().replace(/\n$/, ""));
  let before = form.value;
  let quiet = false;
  read();
  editor.load = (html) => {
    quiet = true;
    editor.editor.loadHTML(html);
    editor.nameAll();
    editor.editor.setSelectedRange(editor.editor.getDocument().toString().length - 1);
    [before, quiet] = [form.value, false];
  };
  editor.addEventListener("trix-change", () => {
    read();
    if (quiet || form.value === before) return;
    before = form.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* One stop of the Tab key for all buttons, arrows between them; pressed ones say so. */
function reachByKeys(bar, editor) {
  const tools = () => [...bar.querySelectorAll(".tool")].filter((tool) => !tool.disabled && tool.getClientRects().length);
  const rest = (tool) => bar.querySelectorAll(".tool").forEach((one) => (one.tabIndex = one === tool ? 0 : -1));
  rest(bar.querySelector(".tool"));
  bar.addEventListener("focusin", (event) => event.target.matches(".tool") && rest(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = tools();
    const at = all.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) all[(next + all.length) % all.length].focus();
    else if (event.key === "Enter" || event.key === " ") press(event.target, editor);
    else if (event.key === "Escape") editor.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const show = () => bar.querySelectorAll("[data-trix-attribute].tool").forEach((tool) => tool.setAttribute("aria-pressed", String(tool.classList.contains("trix-active"))));
  for (const name of ["trix-selection-change", "trix-attributes-change", "trix-focus"]) editor.addEventListener(name, () => requestAnimationFrame(show));
}

/* A link that nobody chose words for is put in before the caret, so that one writes on behind it. */
function writeOnBehind(editor) {
  const length = () => editor.editor.getDocument().toString().length;
  let before = 0;
  editor.addEventListener("trix-toolbar-dialog-show", () => (before = length()));
  editor.addEventListener("trix-toolbar-dialog-hide", () => {
    const grown = length() - before;
    if (grown > 0) editor.editor.setSelectedRange(editor.editor.getSelectedRange()[1] + grown);
    editor.focus();
  });
}

/* The editor listens to the mouse only. */
function press(tool, editor) {
  tool.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
  if (!tool.closest("trix-toolbar").querySelector("[data-trix-dialog][data-trix-active]")) editor.focus();
}

/* People type addresses without their beginning. */
function complete(input) {
  const typed = input.value.trim();
  if (/^[^\s@:/]+@[^\s@/]+\.[^\s@/]+$/.test(typed)) input.value = `mailto:${typed}`;
  else if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+([/?#:]|$)/u.test(typed)) input.value = `https://${typed}`;
}

document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-trix-input]");
  if (input && event.key === "Enter") complete(input);
}, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-trix-method=setAttribute]");
  if (button) complete(button.closest("[data-trix-dialog]").querySelector("[data-trix-input]"));
}, true);

/* The editor draws with the next frame, and drawing looks anew at the marks below the caret: one set before it is
   lost with it. So what reads the form or changes marks lets it draw first; then it also gets the last letter. */
function settleNow(editor) {
  const { editorController: editing } = editor;
  if (!editing) return;
  editing.selectionManager.paused = false;
  if (isToDraw(editor)) editing.inputController.render();
  else editing.render();
  editing.selectionManager.selectionDidChange();
}

/* A key that comes before the last letter is drawn goes where the browser, which wrote that letter by itself, takes
   the caret to be: behind a picture and on an empty line this broke the line between the two letters. */
const isToDraw = (editor) => Boolean(editor.editorController?.inputController.scheduledRender);

/* Keys go by their place, so a Russian layout works too; of Latin ones the letter counts. */
function command(event, editor) {
  const letter = /^[a-z]$/i.test(event.key) ? event.key : event.code.replace(/^Key/, "");
  const keys = event.shiftKey ? ["shift", letter.toLowerCase()] : [letter.toLowerCase()];
  if (event.altKey || !editor.editorController?.toolbarController.applyKeyboardCommand(keys)) return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("formdata", (event) => {
  for (const editor of event.target.querySelectorAll("trix-editor")) {
    settleNow(editor);
    event.formData.set("html", editor.value);
    event.formData.set(editor.plainField.name, editor.plainField.value);
  }
});
document.addEventListener("keydown", (event) => {
  const editor = event.target.closest?.("trix-editor");
  if (!editor || event.isComposing) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand || isToDraw(editor)) settleNow(editor);
  if (isCommand) command(event, editor);
}, true);
document.addEventListener("mousedown", (event) => {
  const editor = event.target.closest?.("trix-toolbar")?.editorElement;
  if (editor) settleNow(editor);
}, true);

settle();
document.querySelectorAll("textarea[data-rich]").forEach(dress);
