/* News over a list: asks now and then what changed and says so in a strip; rows never move by themselves. */
const BACKOFF = 5;

function tell(strip, news) {
  strip.querySelector("[data-news]").textContent = news.words;
  const appeared = strip.hidden && news.count > 0;
  strip.hidden = !news.count;
  const live = document.querySelector("[data-live]");
  if (appeared && live) live.textContent = news.words;
}

async function ask(strip) {
  const answer = await fetch(strip.dataset.fresh, { headers: { Accept: "application/json", "X-Poll": "1" } });
  if (answer.status === 401 || answer.redirected) return false;
  if (answer.ok) tell(strip, await answer.json());
  return answer.ok;
}

async function watch(strip) {
  const pause = Number(strip.dataset.seconds || 20) * 1000;
  let well = true;
  if (!document.hidden) well = await ask(strip).catch(() => false);
  setTimeout(() => watch(strip), well ? pause : pause * BACKOFF);
}

for (const strip of document.querySelectorAll("[data-fresh]")) {
  setTimeout(() => watch(strip), Number(strip.dataset.seconds || 20) * 1000);
}
