/* Copies a text for use elsewhere, and prints the page: both buttons show only where they work. */
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      source.focus();
      source.select();
      return;
    }
    const words = button.querySelector("span");
    words.dataset.before ??= words.textContent;
    words.textContent = button.dataset.copied;
    document.querySelector("[data-live]").textContent = button.dataset.copied;
    setTimeout(() => (words.textContent = words.dataset.before), 2000);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
