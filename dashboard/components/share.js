/* A button whose panel holds the address of what is shown, as it is when the panel opens, whatever was set since. */
const LINK = "M10 7.5H7.5a4.5 4.5 0 0 0 0 9H10 M14 7.5h2.5a4.5 4.5 0 0 1 0 9H14 M8 12h8";
const DOWN = "m7.5 10 4.5 4.5 4.5-4.5";
const NEAR = 4; // pixels between the button and its panel
const EDGE = 8; // pixels that the panel keeps from the window's edges

function iconOf(className, lines) {
  const [icon, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  icon.setAttribute("class", className);
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  path.setAttribute("d", lines);
  icon.append(path);
  return icon;
}

function fill(root) {
  const button = element("button", "opener");
  button.append(iconOf("icon", LINK), element("span", "", "Share"), iconOf("icon turned", DOWN));
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  const panel = element("div", "panel");
  panel.popover = "auto"; // the browser closes it on Escape and on a click elsewhere
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", "Share");
  button.popoverTargetElement = panel;
  const address = element("textarea", "address");
  Object.assign(address, { readOnly: true, autofocus: true, rows: 1, ariaLabel: "Address" });
  const copy = element("button", "copy");
  copy.setAttribute("aria-live", "polite");
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(address.value);
      copy.textContent = "Copied";
    } catch {
      address.focus(); // browsers refuse, or have no clipboard, where the connection is not secure
      address.select();
    }
  };
  panel.append(element("div", "words", "This address opens the same view."), address, copy);
  root.replaceChildren(button, panel);

  const place = () => {
    const { bottom, right } = button.getBoundingClientRect();
    const most = window.innerWidth - panel.offsetWidth - EDGE;
    panel.style.top = `${bottom + NEAR}px`;
    panel.style.maxHeight = `${window.innerHeight - bottom - NEAR - EDGE}px`;
    panel.style.right = `${Math.max(EDGE, Math.min(window.innerWidth - right, most))}px`;
  };
  let over = new AbortController();
  panel.addEventListener("beforetoggle", ({ newState }) => {
    button.setAttribute("aria-expanded", newState === "open");
    over.abort();
    if (newState !== "open") {
      if (panel.contains(root.getRootNode().activeElement)) button.focus({ preventScroll: true });
      return;
    }
    over = new AbortController();
    for (const name of ["scroll", "resize"]) window.addEventListener(name, place, { capture: true, signal: over.signal });
    address.value = window.location.href;
    copy.textContent = "Copy";
    requestAnimationFrame(() => { // it is shown by then, and not yet painted
      place();
      address.style.height = "auto";
      address.style.height = `${address.scrollHeight}px`;
      address.select();
    });
  });
  return () => over.abort();
}

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".share");
  if (root) return (root.leave ??= fill(root));
}
