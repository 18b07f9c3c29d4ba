// An entry card says when it could not save, keeps what was typed, and sends it again by itself.
const PAUSE = 5_000;

function isChanged(control) {
  if (control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.tagName === "SELECT") return control.value !== (control.querySelector("[selected]")?.value ?? "");
  return control.value !== control.defaultValue;
}

class EntryCard extends HTMLElement {
  connectedCallback() {
    this.unsent = new Set();
    this.addEventListener("htmx:sendError", (event) => this.failed(event));
    this.addEventListener("htmx:responseError", (event) => this.failed(event));
    this.addEventListener("htmx:afterRequest", (event) => this.answered(event));
    this.again = () => this.resend();
    window.addEventListener("online", this.again);
    if (document.readyState !== "complete") window.addEventListener("load", () => this.catchUp(), { once: true });
  }

  // What was filled in before the scripts came is saved too; what is being typed comes when it is done.
  catchUp() {
    for (const part of this.querySelectorAll("[data-field]")) {
      const controls = [...part.querySelectorAll("input:not([type=hidden]), select")];
      const isTyped = controls.some((control) => control === document.activeElement && control.type === "text");
      if (controls.some(isChanged) && !isTyped) this.send(part);
    }
  }

  send(part) {
    part.dispatchEvent(new Event("change", { bubbles: true }));
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.again);
    clearTimeout(this.timer);
  }

  // Buttons inside a field send that field, so the field is what is sent again.
  failed(event) {
    const part = event.target.closest("[data-field], form.entry");
    if (part) this.unsent.add(part.dataset.field ?? "");
    this.say(this.dataset.unsent);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.again, PAUSE);
  }

  answered(event) {
    if (!event.detail.successful || !this.waiting) return;
    this.unsent.delete(this.waiting.name);
    this.waiting = undefined;
    if (this.unsent.size) this.resend();
    else this.say(this.dataset.sent);
  }

  resend() {
    clearTimeout(this.timer);
    const [name] = this.unsent;
    if (name === undefined) return;
    this.waiting = { name };
    if (name === "") this.querySelector("form.entry").requestSubmit();
    else {
      const part = this.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (part) this.send(part);
    }
  }

  say(text) {
    const line = this.querySelector(".entry-card__trouble");
    line.textContent = text;
    line.hidden = false;
  }
}

customElements.define("entry-card", EntryCard);
