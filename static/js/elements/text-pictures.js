// Pictures into a text: pasted, dropped or chosen, each goes to the library at once, with a line in its place until it is there; what
// it shows is asked for right here. Pages and letters that are pasted become Markdown. Pictures without words are pointed out.
import { announce } from "../announce.js";
import { insertBlock, replace, replaceAside } from "../text.js";
import { Refusal, upload } from "../upload.js";

const UNSAID = /!\[\s*\]\((\/media\/[^)\s]+)[^)]*\)/g;

export default class TextPictures extends HTMLElement {
  connectedCallback() {
    if (this.form) return; // moved, not made
    this.form = this.closest("form");
    this.box = this.form.elements.body;
    this.parts = Object.fromEntries([...this.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.box.addEventListener("paste", (event) => this.paste(event));
    this.box.addEventListener("dragover", (event) => { if ([...event.dataTransfer.types].includes("Files")) event.preventDefault(); });
    this.box.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { event.preventDefault(); this.send([...event.dataTransfer.files]); } });
    this.box.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), 400); });
    document.addEventListener("tool", (event) => { if (event.detail === "image") this.open(); });
    this.parts.file.addEventListener("change", () => { this.send([...this.parts.file.files]); this.parts.file.value = ""; this.close(); });
    this.parts.close.addEventListener("click", () => this.close());
    this.parts.chooser.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    this.parts.keep.addEventListener("click", () => this.say());
    this.parts.alt.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.say(); } });
    this.parts.later.addEventListener("click", () => { this.parts.asking.hidden = true; this.box.focus(); });
    this.look();
  }

  get token() { return this.form.elements.csrf_token.value; }

  // ---- in -------------------------------------------------------------------------

  paste(event) {
    const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    const html = event.clipboardData.getData("text/html"), plain = event.clipboardData.getData("text/plain");
    if (files.length && !plain) { event.preventDefault(); return this.send(files); }
    // Only what has a shape; words alone are pasted as words, and so is everything with Shift held.
    if (!/<(a|b|strong|em|i|h[1-6]|li|blockquote|table)\b/i.test(html)) return;
    event.preventDefault();
    this.translate(html, plain);
  }

  async translate(html, plain) {
    const { selectionStart: start, selectionEnd: end } = this.box;
    const body = new FormData();
    body.set("csrf_token", this.token);
    body.set("html", html);
    const answer = await fetch(this.dataset.markdown, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? (await answer.json()).markdown : plain;
    replace(this.box, start, end, text || plain);
  }

  send(files) {
    for (const file of files.filter((file) => file.type.startsWith("image/"))) this.bring(file);
  }

  async bring(file) {
    const name = file.name.replace(/[[\]()]/g, " ");
    const line = (share) => `![${this.dataset.sending.replace("%s", name)} ${Math.round(share * 100)} %](#${key})`;
    const key = Math.random().toString(36).slice(2, 8);
    let now = line(0);
    insertBlock(this.box, now);
    const shown = (text) => { if (replaceAside(this.box, now, text)) now = text; else return false; return true; };
    try {
      const made = await upload(file, { to: this.dataset.uploads, token: this.token, purpose: "picture", waiting: () => this.tell(this.dataset.waiting), progress: (share) => { this.tell(""); if (share < 1) shown(line(share)); } });
      if (!shown(made.markdown)) return; // taken out of the text meanwhile: it is in the library
      announce(this.dataset.done);
      if (!made.described) this.ask(made);
    } catch (problem) {
      shown("");
      const words = (problem instanceof Refusal && problem.message) || this.dataset.failed;
      this.tell(`${file.name}: ${words}`);
      announce(words);
    }
    this.look();
  }

  tell(words) {
    this.parts.told.textContent = words;
    this.parts.told.hidden = !words;
  }

  // ---- what it shows ----------------------------------------------------------------

  ask(made) {
    this.made = made;
    this.parts.small.src = made.small;
    this.parts.alt.value = "";
    this.parts.asking.hidden = false;
    this.parts.alt.focus();
  }

  async say() {
    const words = this.parts.alt.value.trim();
    if (!words) return this.parts.alt.focus();
    const { edit, address } = this.made;
    if (edit) {
      const body = new FormData();
      for (const [name, value] of Object.entries({ csrf_token: this.token, alt: words })) body.set(name, value);
      await fetch(edit, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null); // the text says it in any case
    }
    replaceAside(this.box, `![](${address})`, `![${words.replace(/[[\]\\]/g, "")}](${address})`);
    this.parts.asking.hidden = true;
    this.box.focus();
    this.look();
  }

  // Never in the way: a line below the box, with a way to each.
  look() {
    const unsaid = [...this.box.value.matchAll(UNSAID)];
    this.parts.unsaid.hidden = !unsaid.length;
    this.parts.jumps.replaceChildren(...unsaid.map((found, index) => {
      const jump = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: this.dataset.jump.replace("%s", index + 1) });
      jump.addEventListener("click", () => this.ask({ small: found[1], address: found[1], edit: null }));
      return jump;
    }));
  }

  // ---- of the library -----------------------------------------------------------------

  async open() {
    this.parts.chooser.hidden = false;
    this.parts.file.focus();
    const answer = await fetch(this.dataset.pictures, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return this.tell(this.dataset.failed);
    this.parts.choices.replaceChildren(...(await answer.json()).map((picture) => this.choice(picture)));
  }

  choice(picture) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "editor-choice" });
    button.append(Object.assign(new Image(), { src: picture.small, alt: picture.alt || this.dataset.unsaid, width: picture.width, height: picture.height, loading: "lazy" }));
    button.addEventListener("click", () => {
      this.close();
      insertBlock(this.box, picture.markdown);
      if (!picture.described) this.ask(picture);
    });
    return button;
  }

  close() {
    this.parts.chooser.hidden = true;
    this.box.focus();
  }
}
