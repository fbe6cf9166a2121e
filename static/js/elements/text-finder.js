// Names after “@” and, where there are any to link to, other texts after “[[” are offered while one types: a listbox that the box controls (ARIA's pattern of a combobox), by keys
// and by touch. The tool over the box opens the same.
import { announce } from "../announce.js";
import { replace } from "../text.js";

const PAUSE = 120;
const BEGUN = /(?:^|[\s(])(@)([\p{L}\d._-]{1,30})$|(\[\[)([^\]\n[]{0,60})$/u;

export default class TextFinder extends HTMLElement {
  connectedCallback() {
    if (this.box) return; // moved, not made
    this.box = this.closest("form").elements.body;
    this.list = this.querySelector('[role="listbox"]');
    this.asked = 0;
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.list.id })) this.box.setAttribute(name, value);
    this.box.addEventListener("input", () => this.plan());
    this.box.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.box.addEventListener("click", () => this.close());
    this.list.addEventListener("pointerdown", (event) => { event.preventDefault(); this.take([...this.list.children].indexOf(event.target.closest('[role="option"]'))); });
    document.addEventListener("tool", (event) => { if (event.detail === "search") this.begin(); });
  }

  begin() {
    const { selectionStart: start, selectionEnd: end } = this.box;
    replace(this.box, start, end, `[[${this.box.value.slice(start, end).trim()}`);
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const { selectionStart: at, selectionEnd: end, value } = this.box;
    const found = at === end && value.slice(Math.max(0, at - 70), at).match(BEGUN);
    if (!found) return this.close();
    const [sign, words] = found[1] ? [found[1], found[2]] : [found[3], found[4]];
    const where = this.dataset[sign === "@" ? "names" : "texts"], number = ++this.asked;
    if (!where) return this.close();
    const answer = await fetch(`${where}${where.includes("?") ? "&" : "?"}q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (number !== this.asked || !answer?.ok || answer.redirected || document.activeElement !== this.box) return;
    this.show(await answer.json(), at - sign.length - words.length, at);
  }

  show(offers, start, end) {
    [this.offers, this.start, this.end] = [offers, start, end];
    if (!offers.length) return this.close();
    this.list.replaceChildren(...offers.map((offer, index) => option(offer, `${this.list.id}-${index}`)));
    this.list.hidden = false;
    this.list.style.top = `${this.box.offsetTop + Math.min(below(this.box), this.box.clientHeight)}px`;
    const { offsetLeft: left, offsetWidth: wide, offsetParent: around } = this.box;
    this.list.style.insetInline = `${left}px ${around.clientWidth - left - wide}px`; // it grows and shrinks with the box
    this.mark(0);
    announce(this.dataset.words.replace("%s", offers.length));
  }

  mark(index) {
    this.at = index;
    [...this.list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === index)));
    const one = this.list.children[index];
    this.box.setAttribute("aria-activedescendant", one.id);
    one.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = this.offers.length - 1;
    if (event.key === "ArrowDown") this.mark(this.at === last ? 0 : this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at === 0 ? last : this.at - 1);
    else if (event.key === "Enter") this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return; // Tab leaves the box, as everywhere
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(index) {
    const offer = this.offers[index];
    if (offer) replace(this.box, this.start, this.end, offer.text);
    clearTimeout(this.timer);
    this.close();
  }

  close() {
    this.asked++;
    this.list.hidden = true;
    this.box.removeAttribute("aria-activedescendant");
  }
}

function option(offer, id) {
  const one = Object.assign(document.createElement("li"), { id, textContent: offer.label });
  one.setAttribute("role", "option");
  if (offer.note) one.append(" ", Object.assign(document.createElement("span"), { className: "soft small", textContent: offer.note }));
  return one;
}

// How far down in the box the line with the cursor ends: measured on a copy that breaks its lines in the same places.
function below(box) {
  const copy = document.createElement("div"), mark = document.createElement("span"), worn = getComputedStyle(box);
  for (const name of ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "overflowWrap"]) copy.style[name] = worn[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", width: `${box.clientWidth}px` });
  mark.textContent = "|";
  copy.append(box.value.slice(0, box.selectionStart), mark);
  box.parentElement.append(copy);
  const at = mark.offsetTop + mark.offsetHeight - box.scrollTop;
  copy.remove();
  return at + 6;
}
