// Meeting mode: arrow keys go through the agenda, the clock informs, the open list stays live.
const MINUTE = 60_000;

class MeetingMode extends HTMLElement {
  connectedCallback() {
    this.clock = this.querySelector("[data-ends]");
    this.tick();
    this.ticking = setInterval(() => this.tick(), MINUTE / 4);
    this.onKey = (event) => this.step(event);
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
    document.removeEventListener("keydown", this.onKey);
  }

  tick() {
    const left = Math.ceil((new Date(this.clock.dataset.ends) - Date.now()) / MINUTE);
    const words = left >= 0 ? this.clock.dataset.left : this.clock.dataset.over;
    this.clock.textContent = words.replace("{minutes}", Math.abs(left));
  }

  step(event) {
    const to = { ArrowLeft: this.dataset.before, ArrowRight: this.dataset.after }[event.key];
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    const held = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!to || typing || held || event.isComposing) return;
    event.preventDefault();
    location.assign(to);
  }
}

// Asks for its content anew every few seconds, but never under somebody's hand.
class LivePart extends HTMLElement {
  connectedCallback() {
    this.asking = setInterval(() => this.ask(), Number(this.dataset.seconds) * 1_000);
  }

  disconnectedCallback() {
    clearInterval(this.asking);
  }

  ask() {
    const busy = this.contains(document.activeElement) || this.querySelector(":checked");
    if (!busy && !document.hidden) this.dispatchEvent(new Event("refresh"));
  }
}

customElements.define("meeting-mode", MeetingMode);
customElements.define("live-part", LivePart);
