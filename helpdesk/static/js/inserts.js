/* Buttons that put a word where the caret stands: data-inserts is the word, data-into the id of the field. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]");
  if (!button) return;
  const field = document.getElementById(button.dataset.into);
  field.focus();
  field.setRangeText(button.dataset.inserts, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
