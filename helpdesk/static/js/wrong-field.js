/* A form that was refused comes back with its first wrong field in sight and under the hands. */
const wrong = document.querySelector("main form [aria-invalid=true]:not([type=hidden])");
if (wrong && wrong.checkVisibility() && !document.activeElement.matches("[aria-invalid=true]")) wrong.focus();
