// Offers the time zone of this browser's clocks, where another one is chosen.
export default class OwnZone extends HTMLElement {
  connectedCallback() {
    if (this.line) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.list = this.querySelector("select");
    if (!zone || this.list.value === zone || ![...this.list.options].some((option) => option.value === zone)) return;
    this.line = Object.assign(document.createElement("p"), { className: "row small" });
    const words = Object.assign(document.createElement("span"), { textContent: this.dataset.words.replace("{zone}", zone.replaceAll("_", " ")) });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: this.dataset.act });
    button.addEventListener("click", () => {
      this.list.value = zone;
      this.line.hidden = true;
      this.list.focus();
    });
    this.line.append(words, button);
    this.append(this.line);
  }
}
