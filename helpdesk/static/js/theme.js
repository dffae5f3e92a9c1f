/* The look: shows a chosen theme at once, before the profile is saved. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-theme-choice], [name=theme]")) document.documentElement.dataset.theme = event.target.value;
});
