/* The reply: Ctrl+Enter sends, and the cursor goes into the text after a switch. */
document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-composer]");
  if (!form || !event.target.matches("input[name=visibility]")) return;
  form.classList.add("is-open"); // on a phone it is folded, and not every browser gives a pressed radio the focus
  const third = form.querySelector(".to-third [role=combobox]") ?? form.querySelector(".to-third input");
  const to = event.target.value === "third" && !form.elements.third_party?.value && third;
  (to || form.elements.text).focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  if (!form || event.defaultPrevented || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("form[data-composer] [name=pick]")) return;
  const box = event.target.closest(".picks");
  box.dataset.picked = box.querySelectorAll("[name=pick]:checked").length;
});
