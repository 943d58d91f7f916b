/* Rows of pictures, each with a heading, facts and a share: strategies, clusters, channels. */
function linkOf(text, href) {
  const link = element("a", "", text);
  link.href = href;
  link.onclick = follow;
  return link;
}

function pictureOf({ source, alt, name, value, href }) {
  const item = element("li");
  const link = element("a");
  link.href = href;
  link.onclick = follow;
  const image = element("img");
  image.src = source;
  image.alt = alt;
  link.append(image, element("span", "name", name));
  if (value) link.append(element("span", "value", value));
  item.append(link);
  return item;
}

function slateOf({ heading, href, chosen, share, facts, links, pictures }) {
  const slate = element("section", chosen ? "slate chosen" : "slate");
  const head = element("div", "head");
  const title = element("h4");
  title.append(href ? linkOf(heading, href) : element("span", "", heading));
  head.append(title, ...links.map(({ text, href: to }) => linkOf(text, to)));
  const list = element("ul", "facts");
  list.append(...facts.map((fact) => element("li", "", fact)));
  slate.append(head, list);
  if (share !== null) {
    const track = element("div", "track");
    track.setAttribute("aria-hidden", "true"); // the facts say the same
    const bar = element("div", "bar");
    bar.style.width = `${100 * share}%`;
    track.append(bar);
    slate.append(track);
  }
  const row = element("ul", "pictures");
  row.append(...pictures.map(pictureOf));
  row.style.setProperty("--count", pictures.length);
  slate.append(row);
  return slate;
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".slates")?.replaceChildren(...data.slates.map(slateOf));
}
