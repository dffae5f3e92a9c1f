/* A colour chosen from the palette is written into the field that data-colour-of names, and the other way round. */
document.addEventListener("input", (event) => {
  const palette = event.target.closest("[data-colour-of]");
  if (palette) {
    document.getElementById(palette.dataset.colourOf).value = palette.value;
    return;
  }
  const mine = document.querySelector(`[data-colour-of="${event.target.id}"]`);
  if (mine && /^#[0-9a-f]{6}$/i.test(event.target.value)) mine.value = event.target.value;
});
