// How long an entry takes, from the first key to saving. A form that has the hidden field
// "elapsed_ms" tells it along with what was entered.
const begun = new WeakMap();

const clockOf = (event) => event.target.closest?.("form")?.elements.namedItem("elapsed_ms");

function begin(event) {
  const clock = clockOf(event);
  if (clock && !begun.has(clock.form)) begun.set(clock.form, event.timeStamp);
}

function tell(event) {
  const clock = clockOf(event);
  if (clock && begun.has(clock.form)) clock.value = Math.round(event.timeStamp - begun.get(clock.form));
}

document.addEventListener("input", begin, true);
document.addEventListener("change", tell, true);
document.addEventListener("click", tell, true);
document.addEventListener("submit", tell, true);
