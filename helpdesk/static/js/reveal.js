/* On a phone the places of a strip scroll sideways: the one we are at is brought into sight. */
for (const strip of document.querySelectorAll("[data-reveal]")) {
  const here = strip.querySelector("[aria-current]");
  if (here) strip.scrollLeft += here.getBoundingClientRect().left - strip.getBoundingClientRect().left - 16;
}
