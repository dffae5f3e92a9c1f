/* Text fields grow with their words where CSS field-sizing is missing. */
if (!CSS.supports("field-sizing", "content")) {
  document.addEventListener("input", (event) => {
    if (!event.target.matches("textarea[data-grow], textarea.area, textarea.composer-text")) return;
    event.target.rows = Math.min(16, Math.max(3, event.target.value.split("\n").length + 1));
  });
}
