// How long it is and how it will look elsewhere, while it is typed: words and minutes, title and description, a search result, the
// card of a shared link, the address. Words, not scores; nothing is refused.
const PAUSE = 300;
const CARD_PAUSE = 1500;

export default class TextMeasures extends HTMLElement {
  connectedCallback() {
    if (this.form) return; // moved, not made
    this.form = this.closest("form");
    this.card = this.querySelector("[data-card]");
    this.form.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.measure(), PAUSE); });
    this.form.addEventListener("change", () => this.draw());
    this.card.closest("details").addEventListener("toggle", () => this.draw());
    this.measure();
  }

  value(name) { return this.form.elements[name]?.value.trim() ?? ""; }

  measure() {
    const count = this.value("body").split(/\s+/).filter(Boolean).length;
    const minutes = Math.max(1, Math.round(count / Number(this.dataset.pace)));
    this.put("count", this.plural("words", count) + ", " + this.plural("minutes", minutes));
    for (const line of this.querySelectorAll("[data-length]")) this.length(line);
    this.put("title", this.value("title") || "–");
    this.put("description", this.value("summary") || beginning(this.value("body")) || "–");
    const slug = this.value("slug") || slugOf(this.value("title")) || "…";
    this.put("slug", slug);
    const moved = this.querySelector("[data-moved]");
    if (moved) moved.hidden = !this.dataset.slug || slug === this.dataset.slug;
    this.draw();
  }

  length(line) {
    const { least, most } = line.dataset, size = [...this.value(line.dataset.length)].length;
    line.querySelector("meter").value = Math.min(size, 2 * most);
    const kind = !size ? "empty" : size > most ? "long" : size < (least ?? 0) ? "short" : "good";
    line.dataset.kind = kind;
    line.querySelector("[data-words]").textContent = line.dataset[`words${kind[0].toUpperCase()}${kind.slice(1)}`].replace("%s", size);
  }

  // After a while of quiet, and only what differs.
  draw() {
    clearTimeout(this.later);
    const seed = this.card.dataset.seed, query = new URLSearchParams({ title: this.value("title"), seed, cover: this.value("cover"), motif: this.value("cover_motif") });
    const address = `${this.card.dataset.address}?${query}`;
    if (this.card.getAttribute("src") === address || !this.card.closest("details").open) return;
    this.later = setTimeout(() => { this.card.src = address; }, this.card.src ? CARD_PAUSE : 0);
  }

  plural(name, number) { return this.dataset[name + (number === 1 ? "One" : "")].replace("%s", number); }
  put(name, words) { this.querySelector(`[data-show="${name}"]`).textContent = words; }
}

const SIGNS = /!?\[([^\]]*)\]\([^)]*\)|[*_`#>]|^\s*[-+]\s+/gm;
const beginning = (text) => shortened(text.slice(0, 2000).replace(SIGNS, "$1").split(/\s+/).join(" ").trim());
const shortened = (words) => (words.length <= 160 ? words : words.slice(0, 160).replace(/\s\S*$/, "").replace(/[ ,;:–—(«“-]+$/, "") + "…");
const slugOf = (title) => title.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/['’]/g, "-").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
