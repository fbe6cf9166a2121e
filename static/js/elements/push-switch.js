// Lets this browser be told while the site is closed: asked for by a press, never by the page itself.
import { announce } from "../announce.js";
import { mark, subscription } from "../telling.js";

export default class PushSwitch extends HTMLElement {
  async connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector('form[data-form="device"]');
    this.words = this.querySelector("[data-says]");
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return this.say(this.dataset.cannot);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.allow();
    });
    const known = await this.known();
    if (known) return this.show(known);
    if (Notification.permission === "denied") return this.say(this.dataset.denied);
    this.words.hidden = true;
    this.form.hidden = false;
  }

  say(words) {
    this.words.hidden = !words;
    this.words.textContent = words;
  }

  // What this browser is told by, and the line of the list that stands for it.
  async known() {
    const found = await subscription().catch(() => null);
    const line = found && this.querySelector(`[data-mark="${await mark(found)}"]`);
    return line && { found, line };
  }

  show({ found, line }) {
    this.say(this.dataset.known);
    const badge = Object.assign(document.createElement("span"), { className: "badge badge--fourth", textContent: this.dataset.this });
    line.querySelector(".row").append(" ", badge);
    line.querySelector("form").addEventListener("submit", () => found.unsubscribe());
  }

  async allow() {
    try {
      if ((await Notification.requestPermission()) !== "granted") return this.refused();
      await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" });
      const worker = await navigator.serviceWorker.ready;
      const before = await worker.pushManager.getSubscription();
      if (before) await before.unsubscribe(); // of another key, or of whoever sat here before
      const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.dataset.key });
      const { endpoint, keys } = made.toJSON();
      for (const [name, value] of Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth })) this.form.elements[name].value = value;
      this.form.submit();
    } catch {
      this.say(this.dataset.failed);
      announce(this.dataset.failed);
    }
  }

  refused() {
    this.form.hidden = Notification.permission === "denied";
    const words = this.form.hidden ? this.dataset.denied : "";
    this.say(words);
    if (words) announce(words);
  }
}
