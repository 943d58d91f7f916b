/* Pictures side by side; the point under the mouse, or moved by the arrow keys, is marked on all of them. */
const STEP = 0.02;

function valueAt(map, x, y) {
  if (!map) return "";
  const row = Math.min(map.rows - 1, Math.floor(y * map.rows));
  const column = Math.min(map.columns - 1, Math.floor(x * map.columns));
  const value = map.values[row * map.columns + column];
  const share = map.mean > 0 ? value / map.mean : 0;
  return `cell ${row + 1}, ${column + 1}: ${value.toPrecision(3)} (${share.toFixed(2)} x ${map.unit})`;
}

/* A map's values arrive as the bytes of little-endian float32 numbers. */
function read(map) {
  const bytes = Uint8Array.from(atob(map.values), (letter) => letter.charCodeAt(0));
  return { ...map, values: new Float32Array(bytes.buffer) };
}

function missingOf(panel) {
  const figure = element("figure", "map");
  const caption = element("figcaption", "missing");
  caption.append(element("strong", "", panel.heading));
  for (const line of panel.lines) caption.append(element("div", "", line));
  figure.append(caption);
  return { figure };
}

function barOf({ picture, alt, low, high, of }) {
  const bar = element("div", "bar");
  const image = element("img");
  image.src = picture;
  image.alt = alt;
  const ends = element("div", "ends");
  ends.append(element("span", "", low), element("span", "", high));
  if (of) bar.append(element("div", "of", of));
  bar.append(image, ends);
  return bar;
}

function panelOf(panel) {
  if (!panel.picture) return missingOf(panel);
  const figure = element("figure", panel.map ? "map" : "photograph");
  const frame = element("div", "frame");
  const image = element("img");
  image.src = panel.picture;
  image.alt = panel.alt;
  image.draggable = false;
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", `${panel.heading}. Arrow keys move the mark on all pictures.`);
  const mark = element("div", "mark");
  frame.append(image, mark);
  const caption = element("figcaption");
  caption.append(element("strong", "", panel.heading));
  for (const line of panel.lines) caption.append(element("div", "", line));
  const value = element("div", "value", panel.map ? "\u00a0" : "");
  caption.append(value);
  figure.append(frame, caption);
  return { figure, frame, mark, value, map: panel.map && read(panel.map) };
}

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".panels");
  if (!root) return;
  const all = data.panels.map(panelOf);
  const narrow = Math.min(2, data.columns);
  const grid = element("div", "grid");
  grid.style.setProperty("--columns", data.columns);
  grid.style.setProperty("--narrow", narrow);
  all.forEach(({ figure }, index) => {
    const place = (index - 1) % data.together; // within its row; the photograph is the first of all
    figure.style.setProperty("--place", (place % data.columns) + 1);
    figure.style.setProperty("--narrow-place", (place % narrow) + 1);
  });
  grid.append(...all.map((panel) => panel.figure));
  all[0].figure.append(...data.bars.map(barOf));
  root.replaceChildren(grid);
  const shown = all.filter((panel) => panel.frame);

  let point = null;
  function place(x, y) {
    point = x === null ? null : { x: Math.min(0.999, Math.max(0, x)), y: Math.min(0.999, Math.max(0, y)) };
    for (const panel of shown) {
      panel.mark.hidden = point === null;
      if (point) {
        panel.mark.style.left = `${100 * point.x}%`;
        panel.mark.style.top = `${100 * point.y}%`;
      }
      if (panel.map) panel.value.textContent = point ? valueAt(panel.map, point.x, point.y) : "\u00a0";
    }
  }
  place(null);
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  for (const { frame } of shown) {
    frame.onpointermove = (event) => {
      const box = frame.getBoundingClientRect();
      place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    frame.onpointerleave = () => place(null);
    frame.onblur = () => place(null);
    frame.onkeydown = (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own arrow keys go to the next image
      const from = point || { x: 0.5, y: 0.5 };
      place(from.x + STEP * move[0], from.y + STEP * move[1]);
    };
  }
}
