/* Each model's most probable classes: a table whose middle column is a bar. */
function rowOf({ name, share, percent, label }) {
  const row = element("tr");
  const head = element("th", label ? "label" : "", name);
  head.scope = "row";
  if (label) head.append(element("span", "tag", "label"));
  const bar = element("div", "bar");
  bar.style.width = `${100 * share}%`;
  const middle = element("td", "share");
  middle.setAttribute("aria-hidden", "true"); // the percentage says the same
  const track = element("div", "track");
  track.append(bar);
  middle.append(track);
  row.append(head, middle, element("td", "percent", percent));
  return row;
}

export default function ({ data, parentElement }) {
  const tables = data.models.map(({ model, rows }) => {
    const table = element("table");
    const body = element("tbody");
    body.append(...rows.map(rowOf));
    table.append(element("caption", "", model), body);
    return table;
  });
  parentElement.querySelector(".answers")?.replaceChildren(...tables);
}
