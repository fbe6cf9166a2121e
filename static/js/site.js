// Every behaviour is one custom element, fetched only where a page has it. All pages work without.
// The order matters: who hears an event is defined before who sends it.
const NAMES = ["reply-mover", "live-reaction", "live-form", "kept-text", "local-time", "scheme-switch", "folding-menu", "review-keys", "cover-choice", "picture-drop", "working-copy", "editor-presence", "markdown-box", "live-preview", "text-measures", "text-finder", "text-pictures", "read-mark", "own-zone", "push-switch", "leaving-device"];

const here = NAMES.filter((name) => document.querySelector(name));
const modules = await Promise.all(here.map((name) => import(`./elements/${name}.js`)));
here.forEach((name, index) => customElements.define(name, modules[index].default));
