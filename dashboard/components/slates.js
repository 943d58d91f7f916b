/* Rows of pictures, each with a heading, facts and a share: strategies, clusters, channels. */
const LONG = 16; // pictures of a row that has the page's whole width
const COLUMNS = [["--narrow", 3, 4], ["--medium", 5, 8], ["--wide", 10, 14]];
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

/* How many columns leave the fewest places of the last row empty, the more the better: pictures stay small. */
function columnsFor(count, fewest, most) {
  const tried = Array.from({ length: most - fewest + 1 }, (_, step) => most - step);
  const empty = (columns) => (columns - (count % columns)) % columns;
  return count <= fewest ? fewest : tried.reduce((best, each) => (empty(each) < empty(best) ? each : best));
}

function slateOf(level, { heading, href, chosen, share, facts, links, pictures }) {
  const slate = element("section", chosen ? "slate chosen" : "slate");
  const head = element("div", "head");
  const title = element(`h${level}`);
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
  for (const [name, fewest, most] of COLUMNS) row.style.setProperty(name, columnsFor(pictures.length, fewest, most));
  slate.classList.toggle("long", pictures.length > LONG);
  slate.append(row);
  return slate;
}

export default function ({ data, parentElement }) {
  const list = element("div", "list");
  list.append(...data.slates.map((each) => slateOf(data.level, each)));
  const short = list.querySelectorAll(".slate:not(.long)");
  if (short.length % 2) short[short.length - 1].classList.add("long"); // it would leave a hole beside itself
  parentElement.querySelector(".slates")?.replaceChildren(list);
}
