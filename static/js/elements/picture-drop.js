// A file field that sends what is chosen, dropped or pasted at once, and says how far it is. When a picture is there it tells so
// (`picture-taken`, with what the server made of it); unless somebody has a use for that, the page goes on to where it is described.
import { announce } from "../announce.js";
import { Refusal, upload } from "../upload.js";

export default class PictureDrop extends HTMLElement {
  connectedCallback() {
    if (this.input) return; // moved, not made
    this.input = this.querySelector('input[type="file"]');
    this.form = this.closest("form");
    this.bar = this.querySelector("progress");
    this.line = this.querySelector('[role="status"]');
    this.querySelector(".drop__how").hidden = false;
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.addEventListener("dragover", (event) => { event.preventDefault(); this.classList.add("drop--over"); });
    this.addEventListener("dragleave", () => this.classList.remove("drop--over"));
    this.addEventListener("drop", (event) => { event.preventDefault(); this.classList.remove("drop--over"); this.take([...event.dataTransfer.files]); });
    this.pasted = (event) => this.paste(event);
    document.addEventListener("paste", this.pasted);
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this.pasted);
  }

  // Into a text a picture is pasted by whoever writes the text.
  paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length || event.defaultPrevented || event.target.closest?.("textarea")) return;
    event.preventDefault();
    this.take(files);
  }

  async take(files) {
    if (this.busy || !files.length) return;
    this.busy = true;
    let made = null;
    for (const file of this.input.multiple ? files : files.slice(0, 1)) {
      made = await this.send(file);
      if (!made) break;
    }
    this.busy = false;
    this.bar.hidden = true;
    if (!made) return;
    this.input.value = ""; // it is there: the form need not bring it again
    this.say(this.dataset.done);
    const taken = new CustomEvent("picture-taken", { bubbles: true, cancelable: true, detail: made });
    if (this.dispatchEvent(taken)) location.assign(made.next);
  }

  async send(file) {
    this.bar.hidden = false;
    this.bar.value = 0;
    this.say(this.dataset.sending.replace("%s", file.name));
    try {
      const token = this.form.elements.csrf_token.value;
      const made = await upload(file, {
        to: this.dataset.uploads,
        token,
        purpose: this.dataset.for,
        progress: (share) => { this.bar.value = share; if (share < 1) this.say(this.dataset.sending.replace("%s", file.name)); },
        waiting: () => this.say(this.dataset.waiting),
      });
      await this.describe(made, token);
      return made;
    } catch (problem) {
      this.bar.hidden = true;
      this.say((problem instanceof Refusal && problem.message) || this.dataset.failed, "wrong");
      return null;
    }
  }

  // What was typed beside it before it was chosen belongs to it.
  async describe(made, token) {
    const words = this.form.elements.alt, nothing = this.form.elements.decorative;
    if (!made.edit || !(words?.value.trim() || nothing?.checked)) return;
    const body = new FormData(this.form);
    body.delete(this.input.name);
    await fetch(made.edit, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
  }

  say(words, kind = "") {
    if (this.line.textContent === words) return;
    this.line.textContent = words;
    this.line.classList.toggle("field__problem", kind === "wrong");
    if (kind) announce(words);
  }
}
