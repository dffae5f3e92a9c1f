/* Cells that carry what they were: a changed one is marked, and what it was stands below it. */
function mark(cell) {
  const was = cell.dataset.was;
  const differs = cell.value.trim() !== was;
  let told = cell.parentElement.querySelector(".was");
  cell.classList.toggle("is-changed", differs);
  if (!differs) return void told?.remove();
  if (!told) {
    told = document.createElement("span");
    told.className = "was";
    cell.after(told);
  }
  told.textContent = was ? cell.dataset.wasSaid.replace("{}", was) : cell.dataset.wasNone;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-was]")) mark(event.target);
});
