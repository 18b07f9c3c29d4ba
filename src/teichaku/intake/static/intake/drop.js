// Files dropped on the field are chosen, and their names shown before anything is sent.
customElements.define("file-drop", class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input[type="file"]');
    const names = this.querySelector(".drop__names");
    const show = () => names.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = file.name;
      return line;
    }));
    input.addEventListener("change", show);
    for (const kind of ["dragenter", "dragover"]) {
      this.addEventListener(kind, (event) => { event.preventDefault(); this.dataset.over = ""; });
    }
    for (const kind of ["dragleave", "drop"]) {
      this.addEventListener(kind, () => { delete this.dataset.over; });
    }
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      show();
    });
  }
});
