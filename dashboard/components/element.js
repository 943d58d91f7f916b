/* What every part of a page is made with; it stands before the part's own script. */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text; // never markup: names come from files
  return made;
}

