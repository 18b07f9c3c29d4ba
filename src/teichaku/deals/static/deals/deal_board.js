// Dragging a card to another stage does what the select on the card does: the same form is sent.
class DealBoard extends HTMLElement {
  connectedCallback() {
    this.querySelectorAll(".deal").forEach((card) => {
      card.draggable = card.querySelector("form.move") !== null;
    });
    this.addEventListener("dragstart", (event) => this.take(event));
    this.addEventListener("dragend", () => this.mark(null));
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.drop(event));
  }

  take(event) {
    this.card = event.target.closest(".deal");
    if (!this.card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.card.dataset.deal);
  }

  over(event) {
    const column = event.target.closest(".board__col");
    if (!this.card || !column) return;
    event.preventDefault();
    this.mark(column);
  }

  drop(event) {
    const column = event.target.closest(".board__col");
    const form = this.card?.querySelector("form.move");
    if (!column || !form) return;
    event.preventDefault();
    this.mark(null);
    const select = form.elements.namedItem("stage");
    if (select.value === column.dataset.stage) return;
    select.value = column.dataset.stage;
    form.requestSubmit();
  }

  mark(column) {
    this.querySelectorAll(".board__col").forEach((each) => each.classList.toggle("takes", each === column));
  }
}

customElements.define("deal-board", DealBoard);
