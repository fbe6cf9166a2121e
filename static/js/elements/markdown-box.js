// The tools over a Markdown box, their keys, and lists that go on by themselves. The Tab key is the page's: it leaves the box.
import { insertBlock, replace } from "../text.js";

const KEYS = { b: "bold", i: "italic", k: "link" };
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)]|>)(\s+)(\[[ x]\]\s+)?/;

export default class MarkdownBox extends HTMLElement {
  connectedCallback() {
    if (this.box) return; // moved, not made
    this.box = this.querySelector("textarea");
    this.bar = this.querySelector('[role="toolbar"]');
    this.bar.hidden = false;
    this.tools = [...this.bar.querySelectorAll("[data-tool]")];
    this.rove(this.tools[0]);
    this.bar.addEventListener("click", (event) => this.press(event.target.closest("[data-tool]")));
    this.bar.addEventListener("keydown", (event) => this.walk(event));
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  press(tool) {
    if (!tool) return;
    this.rove(tool);
    this.act(tool.dataset.tool);
  }

  // Those this element does not know are others' to hear: pictures, other texts.
  act(name) {
    if (this[name]) this[name]();
    else this.dispatchEvent(new CustomEvent("tool", { bubbles: true, detail: name }));
  }

  // ---- keys ---------------------------------------------------------------------

  walk(event) {
    const at = this.tools.indexOf(document.activeElement), last = this.tools.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.rove(this.tools[to]);
    this.tools[to].focus();
  }

  rove(tool) {
    for (const one of this.tools) one.tabIndex = one === tool ? 0 : -1;
  }

  key(event) {
    if (event.isComposing || event.defaultPrevented) return;
    const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const name = command && KEYS[event.key.toLowerCase()];
    if (name) this.act(name);
    else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) { if (!this.goOn()) return; }
    else return;
    event.preventDefault();
  }

  // Enter in a list begins its next item; in an empty one it ends the list.
  goOn() {
    const { selectionStart: at, selectionEnd: end, value } = this.box;
    const start = value.lastIndexOf("\n", at - 1) + 1, line = value.slice(start, at);
    const item = at === end && line.match(ITEM);
    if (!item) return false;
    if (line.length === item[0].length) {
      if (value.slice(at).split("\n", 1)[0].trim()) return false;
      replace(this.box, start, at, "");
    } else replace(this.box, at, at, `\n${item[1]}${following(item[2])}${item[3]}${item[4] ? "[ ] " : ""}`);
    return true;
  }

  // ---- tools --------------------------------------------------------------------

  bold() { this.wrap("**"); }
  italic() { this.wrap("*"); }

  // Around what is marked; where it is around it already, off again.
  wrap(sign) {
    const { selectionStart: start, selectionEnd: end, value } = this.box;
    const words = value.slice(start, end), size = sign.length;
    const within = words.length >= 2 * size && words.startsWith(sign) && words.endsWith(sign) && (size > 1 || !words.startsWith("**"));
    const before = value.slice(0, start).match(/\*{0,3}$/)[0].length, after = value.slice(end).match(/^\*{0,3}/)[0].length;
    const around = Math.min(before, after) === size || Math.min(before, after) === 3; // one star is italic, two are bold, three are both
    if (within) return replace(this.box, start, end, words.slice(size, -size), [0, words.length - 2 * size]);
    if (around) return replace(this.box, start - size, end + size, words, [0, words.length]);
    const [, lead, core, tail] = words.match(/^(\s*)([^]*?)(\s*)$/);
    replace(this.box, start, end, lead + sign + core + sign + tail, [lead.length + size, lead.length + size + core.length]);
  }

  heading() { this.lines(/^#{1,6}\s+/, () => "## "); }
  list() { this.lines(/^\s*[-*+]\s+/, () => "- "); }
  quote() { this.lines(/^>\s?/, () => "> "); }

  // Before each of the lines that are marked; when all have it, off again.
  lines(mark, made) {
    const { selectionStart, selectionEnd, value } = this.box;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const end = value.indexOf("\n", Math.max(selectionEnd - (selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? 1 : 0), start));
    const stop = end < 0 ? value.length : end, all = value.slice(start, stop).split("\n");
    const on = all.every((line) => mark.test(line) || (!line.trim() && all.length > 1));
    const text = all.map((line) => (on ? line.replace(mark, "") : line.trim() || all.length === 1 ? made() + line.replace(mark, "") : line)).join("\n");
    const one = all.length === 1;
    replace(this.box, start, stop, text, one ? undefined : [0, text.length]);
  }

  // An address that is marked wants words, words want an address.
  link() {
    const { selectionStart: start, selectionEnd: end, value } = this.box;
    const words = value.slice(start, end).trim(), address = /^(https?:\/\/|\/|mailto:)\S+$/.test(words);
    const text = address ? `[](${words})` : `[${words}]()`;
    const place = address || !words ? 1 : text.length - 1;
    replace(this.box, start, end, text, [place, place]);
  }

  rule() { insertBlock(this.box, "---"); }
}

const following = (mark) => (/\d/.test(mark) ? mark.replace(/\d+/, (number) => Number(number) + 1) : mark);
