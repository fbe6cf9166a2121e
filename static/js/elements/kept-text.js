// What is typed is kept on this machine until the server has it: it survives a closed tab, a lost connection, a wrong turn.
// One place per form and comment that is answered: `kept:<path the form posts to>:<parent>`. On a page that such a form leads to, `data-had` is that path: what was sent there is
// forgotten.
const LIFE = 30 * 24 * 3600 * 1000;

const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: the page still works */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
  keys(start) { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch { return []; } },
};

function had(key) {
  if (store.read(key)?.sent) store.drop(key);
}

export default class KeptText extends HTMLElement {
  connectedCallback() {
    if (this.box) return; // moved, not made
    if (this.dataset.had) return had(`kept:${this.dataset.had}:`);
    this.box = this.querySelector("textarea");
    this.form = this.closest("form");
    this.key = this.place();
    this.box.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", () => this.keep({ sent: true }));
    this.form.addEventListener("acknowledged", () => store.drop(this.key));
    this.form.addEventListener("moved", () => this.follow());
    for (const key of store.keys("kept:")) if (Date.now() - (store.read(key)?.at ?? 0) > LIFE) store.drop(key);
    // Sent without a script's help and answered with the comment itself: the server has it.
    if (location.hash.startsWith("#comment-") && store.read(this.key)?.sent) store.drop(this.key);
    // Given back to be put right: the server has not got it.
    if (this.box.defaultValue && store.read(this.key)?.sent) this.keep();
    // Typed before this script came, or put back by the browser, which forgets whom it answered.
    const typed = this.box.value !== this.box.defaultValue && this.box.value;
    if (typed && typed !== store.read(this.key)?.text && !this.lookElsewhere(typed)) this.keep();
    if (!this.restore()) this.lookElsewhere();
  }

  place() {
    return `${this.start()}${this.form.elements.parent?.value ?? ""}`;
  }

  start() {
    return `kept:${new URL(this.form.action, location).pathname}:`;
  }

  keep(more) {
    if (this.box.value.trim()) store.write(this.key, { text: this.box.value, at: Date.now(), ...more });
    else store.drop(this.key);
  }

  restore() {
    const text = store.read(this.key)?.text;
    if (!text || this.box.value) return Boolean(this.box.value);
    this.box.value = text;
    this.say();
    return true;
  }

  // The box went to another comment: what stands in it goes along, else what was kept there comes back.
  follow() {
    const before = this.key;
    this.key = this.place();
    if (this.key === before) return;
    if (this.box.value.trim()) {
      store.drop(before);
      this.keep();
    } else this.restore();
  }

  // True when an answer to another comment is kept; with a text: when it is that answer. The box then goes there.
  lookElsewhere(text) {
    const start = this.start();
    const other = store.keys(start).find((key) => key !== this.key && (text ? store.read(key)?.text === text : store.read(key)?.text));
    if (other) this.dispatchEvent(new CustomEvent("kept-elsewhere", { bubbles: true, detail: { parent: other.slice(start.length) } }));
    return Boolean(other);
  }

  say() {
    if (this.querySelector(".reply__kept")) return;
    const note = document.createElement("p");
    note.className = "reply__kept";
    note.setAttribute("role", "status");
    note.textContent = this.dataset.words;
    this.append(note);
    this.box.addEventListener("input", () => note.remove(), { once: true });
  }
}
