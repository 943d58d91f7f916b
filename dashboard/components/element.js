/* What every part of a page is made with; it stands before the part's own script. */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text; // never markup: names come from files
  return made;
}

/* The address is changed as a click on "forward" would change it, which Streamlit's client follows: Back leads back. */
function go(address) {
  window.history.pushState({}, "", address);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(event.currentTarget.href);
}

/* The client ends what a part has begun when the part goes, and not before it is told anew: then the part does so itself. */
function ending(root, end) {
  root.leave = end;
  return () => root.leave();
}
