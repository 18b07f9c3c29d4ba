// The keys of the inbox: 1 2 3 H decide, Z takes back, J and K move, ? lists them.

// While an input method composes, or somebody types, keys are letters.
const typing = (event) =>
  event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey ||
  event.target.closest("input, select, textarea, [contenteditable], dialog[open]");

function move(by) {
  const rows = [...document.querySelectorAll("#rows .inbox__row")];
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[at < 0 ? 0 : at + by];
  if (next) location.assign(next.href);
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const key = event.key.toLowerCase();
  if (document.querySelector("[popover].dialog:popover-open")) return;
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else {
    const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});

// A dialog that opens takes the focus to its first control.
document.querySelectorAll(".dialog[popover]").forEach((dialog) => {
  dialog.addEventListener("toggle", (event) => {
    if (event.newState === "open") dialog.querySelector("input:not([type=hidden]), select, button")?.focus();
  });
});
