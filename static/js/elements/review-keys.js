// The desk by keyboard: j and k walk, a and r decide on the card one stands on, u takes the last decision back, x ticks, c cleans up what is ticked.
const NEXT = "review-next";

export default class ReviewKeys extends HTMLElement {
  connectedCallback() {
    this.cards = [...this.querySelectorAll(".review")];
    const next = this.cards.findIndex((card) => card.id === sessionStorage.getItem(NEXT));
    sessionStorage.removeItem(NEXT);
    this.at = Math.max(0, next);
    this.walk(0, next >= 0);
    this.listen = (event) => this.pressed(event);
    document.addEventListener("keydown", this.listen);
    // After a decision the page comes anew: go on with the next card; after taking one back, with that card.
    this.addEventListener("submit", ({ target }) => {
      const card = target.closest(".review"), undone = target.getAttribute("action").match(/reviews\/(\d+)/)?.[1];
      const next = card ? this.cards[this.cards.indexOf(card) + 1]?.id : `review-${undone}`;
      if (next) sessionStorage.setItem(NEXT, next);
    });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listen);
  }

  mark() {
    this.cards.forEach((card, index) => card.classList.toggle("review--current", index === this.at));
  }

  walk(steps, focus = true) {
    this.at = Math.max(0, Math.min(this.cards.length - 1, this.at + steps));
    this.mark();
    if (!focus) return;
    this.cards[this.at]?.focus({ preventScroll: true });
    this.cards[this.at]?.scrollIntoView({ block: "nearest" });
  }

  decide(...decisions) {
    const wanted = decisions.map((decision) => `button[value="${decision}"]`).join();
    this.cards[this.at]?.querySelector(wanted)?.click();
  }

  pressed(event) {
    if (event.target.closest("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      j: () => this.walk(1),
      k: () => this.walk(-1),
      a: () => this.decide("approve"),
      r: () => this.decide("reject", "remove"),
      x: () => this.cards[this.at]?.querySelector("[data-tick]")?.click(),
      c: () => this.querySelector("[data-tick]:checked") && this.querySelector("[data-clean]")?.click(),
      u: () => (this.querySelector("[data-undo]") ?? this.cards[this.at]?.querySelector('button[value="undo"]'))?.click(),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }
}
