/* Links to the images before and after, which the arrow keys follow as well. */
function turnOf(text, link, key) {
  const turn = element(link ? "a" : "span", "turn", text);
  if (!link) turn.setAttribute("aria-disabled", "true");
  else {
    turn.href = link;
    turn.onclick = follow;
    turn.setAttribute("aria-keyshortcuts", key);
  }
  return turn;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".turning");
  if (!root) return;
  root.leave?.();
  root.setAttribute("aria-label", "Images");
  const before = turnOf("\u2190 Previous", data.before, "ArrowLeft");
  const after = turnOf("Next \u2192", data.after, "ArrowRight");
  root.replaceChildren(before, after, element("span", "words", data.words));
  function onKey(event) {
    const target = event.composedPath()[0];
    const typing = target.closest?.("input, textarea, select, [role=slider], [role=radiogroup], [role=combobox], [contenteditable=true]");
    if (typing || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const turn = { ArrowLeft: before, ArrowRight: after }[event.key];
    if (turn?.href) turn.click();
  }
  document.addEventListener("keydown", onKey);
  return ending(root, () => document.removeEventListener("keydown", onKey));
}
