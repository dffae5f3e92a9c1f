/* A conversation opens at its end, where the news is, unless the address names a message. */
if (!location.hash.startsWith("#message-")) {
  for (const talk of document.querySelectorAll("[data-end]")) talk.scrollTop = talk.scrollHeight;
}
/* The browser looks at the address last, so the cursor goes into the answer after that. */
addEventListener("load", () => {
  if (location.hash === "#composer") requestAnimationFrame(() => document.getElementById("composer-text")?.focus());
});

/* A refused form was answered under its own address: put the ticket's back, so that loading it again works. */
const here = document.querySelector("[data-here]")?.dataset.here;
if (here && location.pathname !== here.split("?")[0]) history.replaceState(null, "", here);

/* An answer that can still be taken back counts its seconds; afterwards the button goes. */
function count(form) {
  const words = form.parentElement.querySelector("[data-state]");
  const left = Number(form.dataset.countdown) - 1;
  form.dataset.countdown = left;
  const bar = form.querySelector("progress");
  if (bar) bar.value = left;
  if (left > 0) {
    words.textContent = words.textContent.replace(/\d+/, left);
    return;
  }
  clearInterval(Number(form.dataset.timer));
  words.textContent = form.dataset.gone;
  form.remove();
}

for (const form of document.querySelectorAll("form[data-countdown]")) {
  form.dataset.timer = setInterval(count, 1000, form);
}
