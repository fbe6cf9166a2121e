const LONG = 20000; // a browser takes seconds to insert more so that it can be undone

// Changes in a text box that the browser's own undo takes back, and that whoever listens to typing hears of.
export function replace(box, start, end, text, select = [text.length, text.length]) {
  box.focus();
  box.setSelectionRange(start, end);
  const done = text.length > LONG ? false : text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (!done) { // without undo, but there
    box.setRangeText(text, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.setSelectionRange(start + select[0], start + select[1]);
}

// Words that change while somebody writes elsewhere in the box: they stay where they are.
export function replaceAside(box, old, text) {
  const at = box.value.indexOf(old);
  if (at < 0) return false;
  const { selectionStart, selectionEnd, scrollTop } = box;
  const moved = (place) => (place <= at ? place : place >= at + old.length ? place + text.length - old.length : at + text.length);
  const places = [moved(selectionStart), moved(selectionEnd)];
  const away = document.activeElement;
  replace(box, at, at + old.length, text);
  box.setSelectionRange(...places);
  box.scrollTop = scrollTop;
  if (away !== box) away?.focus({ preventScroll: true });
  return true;
}

// A block of its own: empty lines around it, as far as they are not there.
export function insertBlock(box, text) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  const before = value.slice(0, start), after = value.slice(end);
  const lead = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  replace(box, start, end, lead + text + tail);
}
