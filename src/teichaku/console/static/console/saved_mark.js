// The way back after something was saved: it stays for ten seconds, or as many as it says, longer
// while the focus is in it.
const SECONDS = "10";

class SavedMark extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.leave(), Number(this.getAttribute("seconds") ?? SECONDS) * 1_000);
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
