/* The time zone of the browser as the first guess; whoever has chosen keeps the choice. */
for (const field of document.querySelectorAll("[data-guess-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isFresh = !document.querySelector("[aria-invalid=true]");
  if (isFresh && [...field.options].some((option) => option.value === zone)) field.value = zone;
}
