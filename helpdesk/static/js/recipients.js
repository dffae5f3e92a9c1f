/* Addresses as chips: typed or chosen from people of the ticket; the field that is sent holds them between commas. */
const SPLIT = /[,;\s]+/;
const LOOKS_RIGHT = /^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>".]+$/;

function listOf(field) {
  return field.value.split(SPLIT).filter(Boolean);
}

function write(field, all) {
  field.value = [...new Set(all)].join(", ");
  draw(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function chip(field, email) {
  const form = field.form;
  const box = Object.assign(document.createElement("span"), { className: "rcpt" });
  const isShut = form.dataset.shut.split(" ").includes(email.toLowerCase());
  box.classList.toggle("is-bad", isShut || !LOOKS_RIGHT.test(email));
  const away = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  away.setAttribute("aria-label", form.dataset.sayRemove.replace("{name}", email));
  away.addEventListener("click", () => write(field, listOf(field).filter((one) => one !== email)));
  box.append(Object.assign(document.createElement("span"), { className: "rcpt-name", textContent: email }), away);
  if (isShut) away.before(Object.assign(document.createElement("span"), { textContent: `(${form.dataset.sayShut})` }));
  return box;
}

function draw(field) {
  const place = field.nextElementSibling.querySelector(".chips");
  place.replaceChildren(...listOf(field).map((email) => chip(field, email)));
}

function typedOf(field) {
  return field.nextElementSibling.querySelector("[role=combobox]");
}

function take(field) {
  const typed = typedOf(field);
  const found = typed.value.split(SPLIT).filter(Boolean);
  typed.value = "";
  if (found.length) write(field, [...listOf(field), ...found]);
}

/* The plain field stays and is sent; what one sees is built beside it, with the type-ahead of combobox.js. */
function dress(field) {
  const id = field.id;
  const box = document.createElement("span");
  box.className = "combo recipients";
  box.dataset.combobox = "";
  box.dataset.url = field.form.dataset.addresses;
  box.innerHTML = `<span class="chips"></span><input type="hidden" data-chosen><input class="input" type="text" role="combobox" aria-expanded="false" aria-autocomplete="list" autocomplete="off" inputmode="email"><ul class="options" role="listbox" hidden></ul><span class="unseen" role="status" data-count data-none="" data-some=""></span>`;
  const typed = box.querySelector("[role=combobox]");
  const list = box.querySelector("[role=listbox]");
  const label = document.querySelector(`label[for="${id}"]`);
  Object.assign(typed, { id: `${id}-typed`, placeholder: field.placeholder });
  list.id = `${id}-options`;
  typed.setAttribute("aria-controls", list.id);
  for (const name of ["aria-invalid", "aria-describedby"]) if (field.hasAttribute(name)) typed.setAttribute(name, field.getAttribute(name));
  if (label) {
    label.htmlFor = typed.id;
    list.setAttribute("aria-label", label.textContent);
  }
  field.type = "hidden";
  field.after(box);
  draw(field);
  typed.addEventListener("keydown", (event) => onKey(event, field));
  typed.addEventListener("blur", () => setTimeout(take, 150, field));
  typed.addEventListener("paste", () => setTimeout(() => SPLIT.test(typed.value.trim()) && take(field)));
  box.addEventListener("combobox:chosen", () => take(field));
  field.addEventListener("recipients:filled", () => draw(field));
}

/* A whole address counts as it is, whatever the list has found so far. */
function isWhole(event, typed) {
  return event.key === "Enter" && LOOKS_RIGHT.test(typed.value.trim());
}

function shut(typed) {
  typed.setAttribute("aria-expanded", "false");
  typed.closest(".recipients").classList.remove("is-open");
  typed.closest(".recipients").querySelector("[role=listbox]").hidden = true;
}

function onKey(event, field) {
  const typed = event.target;
  if (isWhole(event, typed) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.stopPropagation();
    shut(typed);
    return take(field);
  }
  const isOpen = typed.getAttribute("aria-expanded") === "true";
  if (event.key === "Backspace" && !typed.value) return write(field, listOf(field).slice(0, -1));
  const ends = [",", ";", " "].includes(event.key) || (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !isOpen);
  if (event.ctrlKey && event.key === "Enter") take(field);
  if (!ends || event.isComposing) return;
  event.preventDefault();
  take(field);
}

/* What is still half typed when the form is sent counts too. */
document.addEventListener("submit", (event) => event.target.querySelectorAll?.("[data-recipients]").forEach(take), true);
document.querySelectorAll("form[data-addresses] [data-recipients]").forEach(dress);
