// Shows how the text will read, from the server's own renderer: beside the box where there is room, in its place on a phone.
const PAUSE = 350;
const WAYS = { write: [true, false], read: [false, true], both: [true, true] };
const KEY = "editor-way";

export default class LivePreview extends HTMLElement {
  connectedCallback() {
    if (this.box) return; // moved, not made
    this.form = this.closest("form");
    this.box = this.querySelector("textarea");
    this.writing = this.querySelector("markdown-box");
    this.pane = this.querySelector("[data-pane]");
    this.ways = [...this.querySelectorAll("[data-way]")];
    this.asked = this.shown = 0;
    this.querySelector("[data-ways]").hidden = false;
    for (const way of this.ways) way.addEventListener("click", () => this.choose(way.dataset.way));
    this.form.addEventListener("input", (event) => { if (event.target === this.box) this.plan(); });
    this.form.elements.language?.addEventListener("change", () => this.speak());
    this.wide = matchMedia("(min-width: 62rem)");
    this.wide.addEventListener("change", () => { if (!this.wide.matches && this.way === "both") this.choose("write"); });
    this.box.addEventListener("scroll", () => this.follow(this.box, this.pane));
    this.choose(this.wide.matches ? remembered() : "write");
  }

  choose(way) {
    this.way = this.dataset.way = way;
    const [write, read] = WAYS[way];
    this.writing.hidden = !write;
    this.pane.hidden = !read;
    this.closest(".editor")?.classList.toggle("editor--wide", way === "both");
    for (const one of this.ways) one.setAttribute("aria-pressed", String(one.dataset.way === way));
    if (this.wide.matches) remember(way === "both" ? "both" : "write");
    if (read) this.refresh();
  }

  speak() {
    this.box.lang = this.querySelector("[data-reading]").lang = this.form.elements.language.value;
  }

  // Typing is waited for, and a long text longer: as long as its last answer took.
  plan() {
    clearTimeout(this.timer);
    if (!this.pane.hidden) this.timer = setTimeout(() => this.refresh(), Math.max(PAUSE, 2 * (this.took ?? 0)));
  }

  async refresh() {
    clearTimeout(this.timer);
    const text = this.box.value, number = ++this.asked, began = Date.now();
    if (text === this.text) return;
    const body = new FormData();
    body.set("csrf_token", this.form.elements.csrf_token.value);
    body.set("body", text);
    const answer = await fetch(this.dataset.address, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const page = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
    if (number < this.shown) return; // a later one is there already
    this.took = Date.now() - began;
    if (page === null) return this.fail(await reason(answer));
    this.shown = number;
    this.text = text;
    this.fail("");
    this.querySelector("[data-reading]").innerHTML = page; // from our own renderer, which lets nothing through that runs
    this.follow(this.box, this.pane);
  }

  fail(words) {
    const line = this.querySelector("[data-failure]");
    if (words === null) words = this.dataset.failed;
    line.hidden = !words;
    line.textContent = words;
    if (words) this.timer = setTimeout(() => this.refresh(), 5000);
  }

  follow(from, to) {
    if (this.way !== "both") return;
    const share = from.scrollTop / Math.max(1, from.scrollHeight - from.clientHeight);
    to.scrollTop = share * (to.scrollHeight - to.clientHeight);
  }
}

// What the server said of the text itself; of anything else the page has its own words.
async function reason(answer) {
  if (answer?.status !== 422) return null;
  return (await answer.json().catch(() => null))?.error?.text ?? null;
}

function remembered() { try { return localStorage.getItem(KEY) === "both" ? "both" : "write"; } catch { return "write"; } }
function remember(way) { try { localStorage.setItem(KEY, way); } catch { /* chosen again next time */ } }
