/* Pictures side by side, and below them the colours that they share. */
function figureOf({ picture, alt, caption }) {
  const figure = element("figure");
  const image = element("img");
  image.src = picture;
  image.alt = alt;
  figure.append(image, element("figcaption", "", caption));
  return figure;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pictures");
  if (!root) return;
  const row = element("div", "row");
  row.style.setProperty("--across", Math.min(4, Math.max(2, data.pictures.length)));
  row.append(...data.pictures.map(figureOf));
  const bar = element("canvas", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", data.of);
  drawBar(bar, bytesIn(data.colours));
  root.replaceChildren(row, bar, element("div", "ends", data.ends));
}
