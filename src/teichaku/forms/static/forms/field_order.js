// Fields are pulled into another order; the buttons beside them do the same for the keyboard.
class FieldOrder extends HTMLElement {
  connectedCallback() {
    let held = null;
    for (const item of this.querySelectorAll("li")) {
      item.draggable = true;
      item.addEventListener("dragstart", (event) => {
        // Text inside an open editor can be selected as usual.
        if (item.querySelector("details[open]")) return event.preventDefault();
        held = item;
        item.dataset.held = "";
        event.dataTransfer.effectAllowed = "move";
      });
      item.addEventListener("dragover", (event) => {
        if (!held || held === item) return;
        event.preventDefault();
        const box = item.getBoundingClientRect();
        const before = event.clientY < box.top + box.height / 2;
        item.parentNode.insertBefore(held, before ? item : item.nextSibling);
      });
      item.addEventListener("dragend", () => {
        if (!held) return;
        delete held.dataset.held;
        held = null;
        this.save();
      });
    }
  }

  save() {
    const form = this.querySelector(":scope > form");
    form.elements.names.value = [...this.querySelectorAll("li")].map((item) => item.dataset.name).join(" ");
    form.submit();
  }
}
customElements.define("field-order", FieldOrder);
