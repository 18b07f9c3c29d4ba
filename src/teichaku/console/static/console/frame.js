// The command menu: Ctrl+K or ⌘K from anywhere, arrows to choose, Enter to go.
const menu = document.getElementById("command-menu");
const field = document.getElementById("command");
const lines = () => [...menu.querySelectorAll('[role="option"]')];

function open() {
  if (!menu || menu.open) return;
  field.value = "";
  menu.showModal();
  field.focus();
  field.dispatchEvent(new Event("opened"));
}

function choose(line) {
  lines().forEach((other) => other.setAttribute("aria-selected", String(other === line)));
  if (line) {
    field.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

function step(by) {
  const all = lines();
  if (!all.length) return;
  const at = all.findIndex((line) => line.getAttribute("aria-selected") === "true");
  choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

// While an input method composes, Enter and the arrows belong to it.
const composing = (event) => event.isComposing || event.keyCode === 229;

if (menu) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !composing(event)) {
      event.preventDefault();
      open();
    }
  });
  document.querySelectorAll("[data-opens-menu]").forEach((input) => input.addEventListener("mousedown", (event) => {
    event.preventDefault();
    open();
  }));
  field.addEventListener("keydown", (event) => {
    if (composing(event)) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") {
      const chosen = menu.querySelector('[aria-selected="true"]');
      if (!chosen) return;
      location.assign(chosen.href);
    } else return;
    event.preventDefault();
  });
  menu.addEventListener("click", (event) => {
    if (event.target === menu) menu.close();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "command-lines") choose(field.value ? lines()[0] : undefined);
  });
}
