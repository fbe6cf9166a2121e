// A picture that was just brought becomes the one that is chosen.
export default class CoverChoice extends HTMLElement {
  connectedCallback() {
    if (this.listens) return;
    this.listens = true;
    this.closest("section").addEventListener("picture-taken", (event) => {
      event.preventDefault();
      this.choose(event.detail);
    });
  }

  choose(picture) {
    let box = this.querySelector(`input[value="${picture.id}"]`);
    if (!box) {
      const image = Object.assign(document.createElement("img"), { src: picture.small, alt: picture.alt, className: "covers__picture" });
      const label = Object.assign(document.createElement("label"), { className: "covers__one" });
      box = Object.assign(document.createElement("input"), { type: "radio", name: "cover", value: picture.id });
      label.append(box, image);
      this.querySelector(".covers__one").after(label);
    }
    box.checked = true;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
