/* A conversation opens at its end, where the news is, unless the address names a message. */
if (!location.hash.startsWith("#message-")) {
  for (const talk of document.querySelectorAll("[data-end]")) talk.scrollTop = talk.scrollHeight;
}
