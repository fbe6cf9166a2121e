// Says every few seconds that somebody has this text open, and shows who else has, and whether it was saved by another meanwhile.
import { announce } from "../announce.js";

const PACE = 10000;

export default class EditorPresence extends HTMLElement {
  connectedCallback() {
    if (this.form) return; // moved, not made
    this.form = this.closest("form");
    this.list = this.querySelector("[data-others]");
    this.changed = this.querySelector("[data-changed]");
    this.sign();
    this.timer = setInterval(() => { if (!document.hidden) this.sign(); }, PACE);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.sign(); });
  }

  disconnectedCallback() { clearInterval(this.timer); }

  async sign() {
    const body = new URLSearchParams({ csrf_token: this.form.elements.csrf_token.value });
    const answer = await fetch(this.dataset.address, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const { others, version } = await answer.json();
    this.show(others);
    const late = version !== Number(this.form.elements.version.value);
    if (late && this.changed.hidden) announce(this.changed.querySelector("p").textContent);
    this.changed.hidden = !late;
  }

  show(others) {
    const before = this.list.textContent.trim();
    this.list.replaceChildren(...others.map((words) => Object.assign(document.createElement("p"), { textContent: words })));
    this.list.parentElement.hidden = !others.length;
    if (others.length && others.join("") !== before) announce(others.join(" "));
  }
}
