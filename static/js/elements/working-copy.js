// Everything typed into the form around it goes to the server once a second, as a working copy that the public never sees; and to
// this device several times a second, until the server has it. Says in one line which of the two it is.
import { announce } from "../announce.js";
import * as device from "../device.js";

const HERE = 250;
const PACE = 1000;
const LONGEST = 10000;
const OF_THE_WINDOW = ["csrf_token", "sitting"];
// Dates as Europe writes them, whatever the machine prefers.
const language = { en: "en-GB" }[document.documentElement.lang] ?? document.documentElement.lang;
const time = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

export default class WorkingCopy extends HTMLElement {
  connectedCallback() {
    if (this.form) return; // moved, not made
    this.form = this.closest("form");
    this.line = this.querySelector("[data-line]");
    this.tab = Math.random().toString(36).slice(2, 14);
    this.turn = Number(this.dataset.turn);
    this.next = this.failed = 0;
    this.last = this.words();
    // What is saved as the text; unknown where the page came with other words.
    this.first = this.turn || "typed" in this.dataset ? null : this.last;
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.typed());
    // The form carries the words itself; what is sent beside it would come late and be taken for something new.
    this.form.addEventListener("submit", () => { this.keepHere(); this.leaving = true; });
    addEventListener("pageshow", () => { this.leaving = false; });
    addEventListener("online", () => this.hurry());
    addEventListener("focus", () => this.hurry());
    addEventListener("pagehide", () => this.farewell());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.hurry(); });
    this.offer();
    // The page came with words that were typed and not saved, or they were typed before this script came.
    if ("typed" in this.dataset || [...this.form.querySelectorAll("textarea, input[type=text]")].some((box) => box.value !== box.defaultValue)) { this.last = ""; this.typed(); }
  }

  get sitting() { return this.form.elements.sitting.value; }
  set sitting(name) { this.form.elements.sitting.value = name; }

  fields() {
    return Object.fromEntries([...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !OF_THE_WINDOW.includes(name)));
  }

  words() { return JSON.stringify(this.fields()); }

  // ---- keeping ------------------------------------------------------------------

  typed() {
    this.leaving = false; // or the form did not get away
    this.here ??= setTimeout(() => this.keepHere(), HERE);
    this.plan(HERE);
  }

  keepHere() {
    clearTimeout(this.here);
    this.here = null;
    const fields = this.fields();
    if (JSON.stringify(fields) === this.last) return;
    return device.keep({ key: this.tab, place: this.dataset.place, sitting: this.sitting, at: Date.now(), fields });
  }

  plan(least) {
    this.timer ??= setTimeout(() => { this.timer = null; this.send(); }, Math.max(least, this.next - Date.now()));
  }

  hurry() {
    clearTimeout(this.timer);
    this.timer = null;
    this.next = 0;
    this.send();
  }

  async send() {
    const words = this.words();
    if (this.busy || this.leaving || words === this.last) return;
    if (words === this.first) return this.withdraw(words);
    this.busy = true;
    const began = Date.now();
    const outcome = await this.post().catch(() => "offline");
    this.busy = false;
    // A long text takes longer on a slow line: it is sent less often, and kept here meanwhile.
    this.next = Date.now() + Math.max(PACE - (Date.now() - began), Date.now() - began);
    if (outcome === "kept") this.kept(words);
    else this.wait(outcome);
    if (this.words() !== this.last) this.plan(0);
  }

  // All of it was taken back: there is nothing to go on with.
  async withdraw(words) {
    const body = new URLSearchParams({ csrf_token: this.form.elements.csrf_token.value, sitting: this.sitting });
    const answer = await fetch(`${this.dataset.address}/removal`, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!answer) return;
    this.last = words;
    device.drop(this.tab);
    this.say("same", "");
  }

  body() {
    const body = new FormData();
    for (const [name, value] of Object.entries(this.fields())) body.set(name, value);
    for (const name of OF_THE_WINDOW) body.set(name, this.form.elements[name].value);
    body.set("tab", this.tab);
    body.set("turn", this.turn);
    return body;
  }

  async post() {
    const answer = await fetch(this.dataset.address, { method: "POST", body: this.body(), headers: { Accept: "application/json" }, signal: AbortSignal.timeout(30000) });
    if (answer.ok && !answer.redirected) return this.told(await answer.json());
    if (answer.redirected || answer.status === 422) return this.renew(answer.redirected ? "" : await answer.text());
    return answer.status === 429 ? "busy" : answer.status >= 500 ? "offline" : "refused";
  }

  // The sitting was saved or goes on in another window: this one is another from now on.
  told({ sitting, turn }) {
    [this.sitting, this.turn] = [sitting, turn];
    return turn ? "kept" : "again";
  }

  // Signed in again, in another tab: the page that came holds a token that is good.
  renew(page) {
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector('input[name="csrf_token"]');
    if (!fresh) return "out";
    for (const token of document.querySelectorAll('input[name="csrf_token"]')) token.value = fresh.value;
    return "again";
  }

  kept(words) {
    this.last = words;
    this.failed = 0;
    this.say("saved", this.dataset.saved.replace("%s", time.format(new Date())));
    if (this.words() === words) device.drop(this.tab);
    history.replaceState(null, "", `${this.dataset.page}?copy=${this.sitting}`); // a page loaded again goes on with it
  }

  wait(outcome) {
    if (outcome === "again" && this.failed++ < 3) return;
    this.next = Date.now() + Math.min(LONGEST, PACE * 2 ** this.failed++);
    this.say(outcome, this.dataset[outcome] ?? this.dataset.offline);
    this.keepHere();
  }

  farewell() {
    if (this.leaving || this.words() === this.last) return;
    navigator.sendBeacon(this.dataset.address, this.body()); // up to 64 KB
    this.keepHere();
  }

  say(state, words) {
    if (words && this.state !== state && (this.state || state !== "saved")) announce(words); // not once a second
    this.state = this.dataset.state = state;
    this.line.textContent = words;
    this.querySelector("[data-door]").hidden = state !== "out";
  }

  // ---- coming back ----------------------------------------------------------------

  async offer() {
    const copies = await device.keptAt(this.dataset.place);
    const late = this.dataset.finished ? await device.keptAt(this.dataset.newPlace) : [];
    const done = (copy) => copy.sitting === this.dataset.finished || same(copy.fields, this.fields());
    for (const copy of [...copies, ...late].filter(done)) device.drop(copy.key);
    const found = copies.find((copy) => !done(copy));
    if (found) this.show(found);
  }

  // The banner of the same sitting on the server gives way: what is here is newer.
  show(copy) {
    const banner = document.querySelector("[data-here]");
    const there = document.querySelector(`[data-unsaved="${CSS.escape(copy.sitting)}"]`);
    const parts = Object.fromEntries([...banner.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    parts.when.textContent = day.format(copy.at);
    parts.what.textContent = copy.fields.title || copy.fields.body?.slice(0, 80) || "";
    const turn = (dropped) => { parts.offer.hidden = dropped; parts.dropped.hidden = !dropped; if (there) there.hidden = !dropped; };
    turn(false);
    banner.hidden = false;
    parts.goOn.onclick = () => { banner.hidden = true; this.take(copy, there); };
    parts.drop.onclick = () => { device.drop(copy.key); turn(true); parts.undo.focus(); announce(parts.dropped.innerText); };
    parts.undo.onclick = () => { device.keep(copy); turn(false); parts.goOn.focus(); };
  }

  async take(copy, there) {
    if (there) [this.sitting, this.turn] = [copy.sitting, Number(there.dataset.turn)];
    for (const box of this.form.elements) {
      if (!box.name || box.type === "file" || OF_THE_WINDOW.includes(box.name)) continue;
      if (box.type === "checkbox" || box.type === "radio") box.checked = copy.fields[box.name] === box.value;
      else if (box.name in copy.fields) box.value = copy.fields[box.name];
    }
    this.form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
    this.form.elements.body.focus();
    await this.keepHere();
    device.drop(copy.key);
  }
}

// The same words, whichever version of the text they were written on.
function same(one, other) {
  const words = (fields) => JSON.stringify({ ...fields, version: "" });
  return words(one) === words(other);
}
