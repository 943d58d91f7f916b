/* What belongs to no single part of a page: where a reader was on it, and where a reader is among the pages. */
const KEPT = "explain-places";
const PATIENCE = 15000; // milliseconds; a page that is not there by then is not waited for
const SLOW = 6000; // so long a busy server may take before it begins
const STILL = 1500; // so long a page keeps its place before it is let go
const SHOWN = 600; // so long a help's text takes to stand
const NARROW = 768; // pixels; below, the side bar lies over the page
const main = () => document.querySelector("[data-testid=stMain]");
const running = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning";

/* Folds by their words, and which of those with the same words: what is drawn anew keeps both. */
function foldsOf(place) {
  const counts = {};
  return [...(place?.querySelectorAll("details") ?? [])].map((details) => {
    const words = details.querySelector("summary")?.textContent.trim() ?? "";
    counts[words] = (counts[words] ?? 0) + 1;
    return { details, name: `${words} ${counts[words]}` };
  });
}

const kept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");

function keep() {
  const place = main();
  if (!place || running()) return;
  const open = foldsOf(place).filter(({ details }) => details.open).map(({ name }) => name);
  const places = kept();
  delete places[window.location.href]; // the newest stands last
  places[window.location.href] = { top: place.scrollTop, open };
  sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(Object.entries(places).slice(-50))));
}

/* Bring a page to where it was left, once it stands; whoever moves it in the meantime is not disturbed. */
function bringBack({ top, open }) {
  const begun = performance.now();
  const over = new AbortController();
  for (const name of ["wheel", "pointerdown", "keydown", "touchstart"]) {
    window.addEventListener(name, () => over.abort(), { signal: over.signal, capture: true, passive: true });
  }
  let [still, came] = [begun, false]; // the page that is left stands until the server begins
  function step() {
    const now = performance.now();
    if (over.signal.aborted || now - begun > PATIENCE) return over.abort();
    const place = main();
    if (running() || !place) [still, came] = [now, true];
    else if (came || now - begun > SLOW) {
      for (const { details, name } of foldsOf(place)) {
        if (open.includes(name) && !details.open) {
          details.querySelector("summary").click();
          still = now;
        }
      }
      if (Math.abs(place.scrollTop - top) > 2 && place.scrollHeight - place.clientHeight >= top - 2) {
        place.scrollTop = top;
      }
      if (now - still > STILL) return over.abort();
    }
    setTimeout(step, 100);
  }
  step();
}

/* Links in texts that lead to pages lead there as the menu does. */
function mark(pages) {
  const ours = new Set(pages.map((page) => new URL(`./${page}`, window.location.href).href));
  for (const link of document.querySelectorAll("[data-testid=stMarkdownContainer] a[target=_blank]")) {
    if (!ours.has(link.origin + link.pathname)) continue;
    link.removeAttribute("target"); // Markdown's links open a tab each
    link.onclick = follow;
  }
  // The keys go from control to control; what a control is for is shown when they come to it.
  for (const help of document.querySelectorAll("[data-testid=stTooltipIcon] button")) help.tabIndex = -1;
}

let [page, byKeys] = [window.location.pathname, false];

export default function ({ data, parentElement }) {
  parentElement.leave?.();
  const own = (parentElement.host ?? parentElement).closest?.("[data-testid=stElementContainer]");
  if (own) own.style.display = "none"; // it takes no room, nor a gap
  let wait;
  const later = () => {
    clearTimeout(wait);
    wait = setTimeout(keep, 250);
  };
  const onBack = (event) => {
    const place = event.isTrusted && kept()[window.location.href];
    if (place) bringBack(place);
  };
  const helpOf = (control) => {
    const widget = control.closest?.("[data-testid=stElementContainer]");
    return widget?.querySelector("[data-testid=stTooltipHoverTarget]");
  };
  const pointed = (control, how) => helpOf(control)?.dispatchEvent(new PointerEvent(how, { bubbles: true, pointerType: "mouse" }));
  const onKey = ({ key }) => (byKeys = key === "Tab"); // whoever types is not on the way to another control
  const onPointer = () => {
    if (byKeys) pointed(document.activeElement, "pointerout"); // what keys brought lies in a hand's way
    byKeys = false;
  };
  const onFocus = ({ target }) => {
    if (!byKeys) return;
    pointed(target, "pointerover");
    setTimeout(() => {
      const help = document.querySelector("[data-testid=stTooltipContent]")?.textContent;
      if (help && helpOf(target) && document.activeElement === target) target.setAttribute("aria-description", help);
    }, SHOWN);
  };
  const onBlur = ({ target }) => pointed(target, "pointerout");
  const seen = new MutationObserver(() => mark(data.pages));
  seen.observe(document.body, { childList: true, subtree: true });
  mark(data.pages);
  if (page !== window.location.pathname) {
    page = window.location.pathname;
    const bar = document.querySelector("[data-testid=stSidebar][data-collapsed=false]");
    if (window.innerWidth < NARROW) bar?.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  }
  const heard = [
    ["scroll", later], ["toggle", later], ["keydown", onKey], ["pointerdown", onPointer], ["pointermove", onPointer],
    ["focusin", onFocus], ["focusout", onBlur],
  ];
  for (const [name, hear] of heard) document.addEventListener(name, hear, true);
  window.addEventListener("popstate", onBack);
  return ending(parentElement, () => {
    clearTimeout(wait);
    seen.disconnect();
    for (const [name, hear] of heard) document.removeEventListener(name, hear, true);
    window.removeEventListener("popstate", onBack);
  });
}
