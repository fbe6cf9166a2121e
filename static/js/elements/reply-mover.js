// Puts the comment box under the comment that is answered. Without a script the same links lead to `?reply=<id>#reply`.
export default class ReplyMover extends HTMLElement {
  connectedCallback() {
    if (this.home) return;
    this.home = document.createComment("the box stands here");
    this.box()?.before(this.home);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("kept-elsewhere", (event) => this.answer(event.detail.parent));
  }

  form() {
    return this.querySelector('form[data-form="comment"]');
  }

  box() {
    const form = this.form();
    return form?.closest("live-form") ?? form;
  }

  clicked(event) {
    const link = event.target.closest("a[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !this.answer(link.dataset.reply)) return;
    event.preventDefault();
    this.form().elements.body.focus();
  }

  // True when the box now answers that comment; the empty id takes it back to the end of the page.
  answer(id) {
    const form = this.form();
    const comment = id ? this.querySelector(`#comment-${CSS.escape(id)}`) : null;
    if (!form || (id && !comment)) return false;
    form.elements.parent.value = id;
    if (comment) comment.after(this.box());
    else this.home.after(this.box());
    this.name(form, comment);
    form.dispatchEvent(new Event("moved"));
    return true;
  }

  name(form, comment) {
    const line = form.querySelector("[data-reply-to]");
    line.hidden = !comment;
    if (comment) line.firstElementChild.textContent = line.dataset.words.replace("{name}", comment.querySelector(".person__name").textContent.trim());
  }
}
