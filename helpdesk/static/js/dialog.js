/* Dialogs and menus: data-opens names a dialog, data-closes shuts it; a menu shuts when one looks elsewhere. */
function open(dialog) {
  if (dialog.open) return;
  dialog.showModal();
  const first = dialog.querySelector("[autofocus], [data-first], .dialog-body :is(input:not([type=hidden]), textarea, select)");
  first?.focus();
}

function onClick(event) {
  const opener = event.target.closest("[data-opens]");
  const closer = event.target.closest("[data-closes]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    opener.closest("[data-menu]")?.querySelector("summary").focus(); // where the focus comes back to: the menu shuts
    open(dialog);
  } else if (closer?.closest("dialog[open]")) {
    event.preventDefault();
    closer.closest("dialog").close();
  } else if (event.target.matches("dialog[open]")) {
    onBackdrop(event);
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
}

function onBackdrop(event) {
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  const typed = [...event.target.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
  if (!inside && !typed) event.target.close();
}

function onKey(event) {
  if (event.key === " " && event.target.matches?.("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
  if (event.key === "Enter" && event.target.matches?.("dialog input[form]")) {
    event.preventDefault(); // the field belongs to a form elsewhere, whose first button is another one
    event.target.closest("dialog").querySelector(".dialog-foot .button-main")?.click();
  }
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

/* A dialog that the server sent open stands there without scripts too; with them it becomes a modal one, once. */
function openMarked(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    delete dialog.dataset.open;
    dialog.close();
    open(dialog);
  }
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("htmx:after:swap", () => openMarked(document));
openMarked(document);
