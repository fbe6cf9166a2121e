// A menu behind a button closes as people expect: by Escape, which leads back to its button, and when one goes on elsewhere.
export default class FoldingMenu extends HTMLElement {
  connectedCallback() {
    this.menu = this.querySelector("details");
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.menu.open) return;
      this.menu.open = false;
      this.menu.querySelector("summary").focus();
    });
    this.elsewhere = (event) => { if (!this.contains(event.target)) this.menu.open = false; };
    for (const name of ["focusin", "pointerdown"]) document.addEventListener(name, this.elsewhere);
  }

  disconnectedCallback() {
    for (const name of ["focusin", "pointerdown"]) document.removeEventListener(name, this.elsewhere);
  }
}
