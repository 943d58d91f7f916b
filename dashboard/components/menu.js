/* Links to the pages. They stay the same elements, so that whoever goes by keys is not sent back to the beginning. */
function mark(root, here) {
  for (const [page, link] of root.links) {
    if (page !== here) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "page");
      const [box, room] = [link.getBoundingClientRect(), root.getBoundingClientRect()];
      root.scrollLeft += box.left + box.width / 2 - room.left - room.width / 2; // on a phone it is one line
    }
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".menu");
  if (!root) return;
  root.setAttribute("aria-label", "Pages");
  if (root.links?.size !== data.pages.length) {
    const list = element("ul", "pages");
    root.links = new Map();
    for (const [page, title] of data.pages) {
      const [item, link] = [element("li"), element("a", "page", title)];
      link.onclick = follow;
      item.append(link);
      list.append(item);
      root.links.set(page, link);
    }
    root.replaceChildren(list);
  }
  for (const [page, , address] of data.pages) root.links.get(page).setAttribute("href", address);
  mark(root, data.here);
  root.leave?.();
  const onWay = () => mark(root, window.location.pathname.split("/").pop()); // before the server has answered
  window.addEventListener("popstate", onWay);
  return ending(root, () => window.removeEventListener("popstate", onWay));
}
