/* Several things from one type-ahead: each that is chosen becomes a ticked box, which can be unticked again. */
for (const box of document.querySelectorAll("[data-pick-many]")) {
  const picked = box.querySelector("[data-picked]");
  box.addEventListener("combobox:chosen", ({ detail }) => {
    if (![...picked.querySelectorAll("input")].some((input) => input.value === String(detail.value))) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      const words = document.createElement("span");
      Object.assign(input, { type: "checkbox", name: box.dataset.name, value: detail.value, checked: true, className: "tick" });
      words.textContent = detail.words;
      label.className = "keep";
      label.append(input, " ", words);
      picked.append(label);
    }
    const field = box.querySelector("[role=combobox]");
    field.value = "";
    box.querySelector("[data-chosen]").value = "";
  });
}
