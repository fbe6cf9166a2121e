// Day, night, or as the machine says. Remembered on this machine only; `scheme.js` puts it on before the first paint.
const root = document.documentElement;
const dark = () => (root.dataset.scheme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function turn() {
  root.dataset.scheme = dark() ? "light" : "dark";
  try {
    localStorage.setItem("scheme", root.dataset.scheme);
  } catch {
    // Private window: worn until the page closes.
  }
}

export default class SchemeSwitch extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button.hidden || !CSS.supports("color", "light-dark(red, red)")) return;
    button.hidden = false;
    button.addEventListener("click", turn);
  }
}
