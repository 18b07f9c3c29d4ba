// Puts a text on the clipboard and says so on the button; without a clipboard the text is selected.
class CopyText extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.field = this.querySelector("textarea");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.copy());
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.field.value);
      this.querySelector("[role=status]").textContent = this.dataset.done;
    } catch {
      this.field.focus();
      this.field.select();
    }
  }
}

customElements.define("copy-text", CopyText);
