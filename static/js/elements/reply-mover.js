// Puts the comment box under the comment that is answered. Without a script the same links lead to `?reply=<id>#reply`.
import { insertBlock } from "../text.js";

const QUOTED = 600; // as the server cuts it

export default class ReplyMover extends HTMLElement {
  connectedCallback() {
    if (this.home) return;
    this.home = document.createComment("the box stands here");
    this.box()?.before(this.home);
    // Pressing the link takes the marks off the page: what they held is kept before.
    this.addEventListener("pointerdown", (event) => { if (event.target.closest("a[data-quote]")) this.marked = marked(); });
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
    const link = event.target.closest("a[data-reply], a[data-quote]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !this.answer(link.dataset.reply ?? link.dataset.quote)) return;
    event.preventDefault();
    this.form().elements.body.focus();
    if (link.dataset.quote) this.quote(link.closest(".comment"));
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

  // What is marked of the comment, else all its own words.
  quote(comment) {
    const words = this.marked && comment.querySelector(".comment__body").contains(this.marked.where) ? this.marked.words : own(comment);
    const name = escaped(comment.querySelector(".person__name").textContent.trim());
    const credit = `[${name}](${comment.querySelector(".comment__when").getAttribute("href")})`;
    const lines = [credit, ...escaped(beginning(words)).split("\n")];
    insertBlock(this.form().elements.body, lines.map((line) => `> ${line}`.trimEnd()).join("\n"));
    this.marked = null;
  }

  name(form, comment) {
    const line = form.querySelector("[data-reply-to]");
    line.hidden = !comment;
    if (comment) line.firstElementChild.textContent = line.dataset.words.replace("{name}", comment.querySelector(".person__name").textContent.trim());
  }
}

function marked() {
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
  return range && !range.collapsed ? { where: range.commonAncestorContainer, words: String(getSelection()) } : null;
}

const own = (comment) => [...comment.querySelectorAll(".comment__body > :not(blockquote)")].map((part) => part.innerText).join("\n\n");
const escaped = (words) => words.replace(/[\\`*_[\]~<]/g, "\\$&");

function beginning(words) {
  const text = words.trim().replace(/\n\s*\n\s*/g, "\n\n");
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED).replace(/\s+\S*$/, "")} …`;
}
