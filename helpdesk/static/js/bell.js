/* The bell: opens its sheet, asks every twenty seconds how much is new, and says it in the tab's title too. */
const MOST = 999;
const panel = document.querySelector("[data-bell-panel]");
const title = document.title;

function show(count, words) {
  const before = Number(panel.dataset.unread || 0);
  panel.dataset.unread = String(count);
  document.title = count ? `(${count > MOST ? `${MOST}+` : count}) ${title}` : title;
  for (const mark of document.querySelectorAll("[data-bell-count]")) {
    mark.hidden = !count;
    mark.firstElementChild.textContent = count > MOST ? `${MOST}+` : String(count);
  }
  const live = document.querySelector("[data-live]");
  if (live && words && count > before) live.textContent = words;
}

async function ask() {
  const answer = await fetch(panel.dataset.url, { headers: { Accept: "application/json", "X-Poll": "1" } });
  if (answer.status === 401 || answer.redirected) return false;
  if (!answer.ok) return false;
  const news = await answer.json();
  show(news.count, news.words);
  return true;
}

async function watch() {
  const pause = Number(panel.dataset.seconds) * 1000;
  const well = document.hidden ? true : await ask().catch(() => false);
  setTimeout(watch, well ? pause : pause * 5);
}

function open(link) {
  if (panel.matches(":popover-open")) return panel.hidePopover();
  panel.opener = link;
  panel.showPopover();
}

if (panel && panel.showPopover) {
  show(Number(panel.dataset.unread));
  setTimeout(watch, Number(panel.dataset.seconds) * 1000);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-bell]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) open(link);
  });
  panel.addEventListener("toggle", (event) => {
    const lost = document.activeElement === document.body || panel.contains(document.activeElement);
    if (event.newState === "closed" && lost) panel.opener?.focus();
  });
  document.addEventListener("htmx:after:swap", () => {
    const sheet = panel.querySelector("[data-unread]");
    if (sheet && panel.matches(":popover-open")) show(Number(sheet.dataset.unread));
  });
}
