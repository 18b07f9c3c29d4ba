// The way back after a saved field: it stays for ten seconds, longer while the focus is in it.
const STAYS = 10_000;

class SavedMark extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.leave(), STAYS);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  leave() {
    if (this.contains(document.activeElement)) this.timer = setTimeout(() => this.leave(), 1_000);
    else this.remove();
  }
}

customElements.define("saved-mark", SavedMark);
