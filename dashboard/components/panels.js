/* Pictures side by side, drawn here; the point under the mouse, or moved by the arrow keys, is marked on all of them. */
const STEP = 0.02;

function cellAt(place, cells) {
  return Math.min(cells - 1, Math.max(0, Math.floor(place * cells)));
}

function valueAt(map, x, y) {
  if (!map) return "";
  const row = cellAt(y - map.down, map.rows);
  const column = cellAt(x - map.right, map.columns);
  const value = map.values[row * map.columns + column];
  const share = map.mean > 0 ? value / map.mean : 0;
  return `cell ${row + 1}, ${column + 1}: ${value.toPrecision(3)} (${share.toFixed(2)} x ${map.unit})`;
}

function missingOf(panel) {
  const figure = element("figure", "map");
  const caption = element("figcaption", "missing");
  caption.append(element("strong", "", panel.heading));
  for (const line of panel.lines) caption.append(element("div", "", line));
  figure.append(caption);
  return { ...panel, figure };
}

function panelOf(panel) {
  if (panel.lines && !panel.map) return missingOf(panel);
  const figure = element("figure", panel.map ? "map" : "photograph");
  const frame = element("div", "frame");
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", panel.alt);
  frame.tabIndex = 0;
  frame.setAttribute("role", "application"); // or a screen reader keeps the arrow keys to itself
  frame.setAttribute("aria-roledescription", "picture");
  frame.setAttribute("aria-label", `${panel.heading}. Arrow keys move the mark on all pictures.`);
  const mark = element("div", "mark");
  frame.append(canvas, mark);
  const caption = element("figcaption");
  const words = element("div");
  const value = element("div", "value", panel.map ? "\u00a0" : "");
  caption.append(element("strong", "", panel.heading), words, value);
  figure.append(frame, caption);
  const own = panel.map && { ...panel.map, values: floatsIn(panel.map.values) };
  const every = panel.every && { ...panel.every, values: floatsIn(panel.every.values) };
  return { ...panel, figure, frame, canvas, mark, words, value, own, map: own, every };
}

/* The place of the parameter's value among all that it can have. */
const placeOf = ({ parameter, low, step }, looks) => Math.round((looks[parameter] - low) / step);

/* Which of its maps a panel shows: its own, or that for another value of the parameter, whose numbers are to follow. */
function choose(panel, told, looks) {
  const { every, own } = panel;
  const moved = every && looks[panel.parameter] !== told[panel.parameter];
  const lines = moved ? [`${every.title} = ${looks[panel.parameter]}`, "Numbers follow."] : panel.lines;
  if (panel.words) panel.words.replaceChildren(...(lines || []).map((line) => element("div", "", line)));
  if (!own) return;
  const at = moved ? placeOf(panel, looks) : -1;
  if (panel.at === at) return;
  const cells = own.rows * own.columns;
  panel.at = at;
  panel.map = moved ? { ...own, values: every.values.subarray(at * cells, (at + 1) * cells), mean: every.means[at] } : own;
  panel.kept = {};
}

/* How high a panel reaches, here or in another part of the page. */
function peakOf(panel, told, looks) {
  const moved = panel.parameter && looks[panel.parameter] !== told[panel.parameter];
  if (!moved) return panel.peak;
  return panel.peaks[placeOf(panel, looks)] ?? panel.peak;
}

const scaleOf = (panel, scale) => `${panel.signed} ${scale === "method" ? panel.method : panel.alone}`;

/* A row is parted where the scale changes; a map that cannot be had stands with its neighbours. */
function groupsOf(row, scale) {
  const groups = [];
  for (const panel of row) {
    const key = panel.own ? scaleOf(panel, scale) : null;
    const last = groups.at(-1);
    if (last && (key === null || last.key === null || last.key === key)) {
      last.key ??= key;
      last.panels.push(panel);
    } else groups.push({ key, panels: [panel] });
  }
  return groups;
}

function barOf() {
  const bar = element("div", "bar");
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  const ends = element("div", "ends");
  bar.append(canvas, ends);
  return { bar, canvas, ends };
}

function gridOf(className, across) {
  const grid = element("div", className);
  grid.style.setProperty("--across", across);
  return grid;
}

/* Put the panels where their scales belong; the bars that are to be drawn. */
function arrange(root, photograph, rows, scale) {
  const lengths = rows.map((row, number) => row.length + (number ? 0 : 1));
  const most = Math.max(...lengths); // a row that ends early has no larger pictures; the photograph is in the first alone
  const bars = [];
  const placed = rows.map((panels, number) => {
    const row = gridOf("row", Math.max(lengths[number], most - 1));
    const groups = groupsOf(panels, scale);
    if (!number) groups.unshift({ key: null, panels: [photograph] });
    for (const { key, panels } of groups) {
      const group = gridOf("group", panels.length);
      for (const [place, panel] of panels.entries()) {
        panel.figure.style.setProperty("--place", place + 1);
        group.append(panel.figure);
      }
      if (key === null) group.classList.add("bare");
      else {
        bars.push({ key, signed: panels.find((panel) => panel.own).signed, ...barOf() });
        group.append(bars.at(-1).bar);
      }
      row.append(group);
    }
    return row;
  });
  root.replaceChildren(...placed);
  return bars;
}

async function loaded(source) {
  if (!source) return null;
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

/* What draws the panels by given looks: only what depends on what has changed is computed and drawn anew. */
function drawerOf(data, photograph, pictures, shown) {
  const [base, outlines] = pictures;
  const pixels = base && pixelsOf(base);
  const colours = Object.fromEntries(Object.entries(data.colours).map(([name, text]) => [name, bytesIn(text)]));
  const drawPanel = (panel, looks, limit) => {
    const kept = (panel.kept ??= {});
    if (kept.interpolation !== looks.interpolation) {
      kept.stretched = stretched(panel.map, pixels.height, pixels.width, looks.interpolation);
      Object.assign(kept, { interpolation: looks.interpolation, steps: null });
    }
    if (!kept.steps || kept.limit !== limit) Object.assign(kept, { limit, steps: stepsOf(kept.stretched, panel.signed, limit) });
    const opacity = { photo: 0, map: 1 }[looks.layer] ?? looks.opacity;
    const colormap = panel.signed ? "signed" : looks.colormap;
    if (kept.drawn === kept.steps && kept.opacity === opacity && kept.colormap === colormap) return;
    Object.assign(kept, { drawn: kept.steps, opacity, colormap });
    draw(panel.canvas, blended(pixels, kept.steps, colours[colormap], panel.signed, opacity), outlines);
  };
  if (base) draw(photograph.canvas, pixels, outlines);
  return (looks, bars) => {
    const limits = new Map();
    const own = shown.filter((panel) => panel.own);
    for (const panel of [...own, ...data.beside]) {
      const key = scaleOf(panel, looks.scale);
      limits.set(key, Math.max(limits.get(key) ?? 0, peakOf(panel, data.looks, looks)));
    }
    for (const panel of base ? own : [])
      drawPanel(panel, looks, looks.scale === "own" ? null : limits.get(scaleOf(panel, looks.scale)));
    for (const { key, signed, canvas, ends } of bars) {
      const words = data.ends[(looks.scale === "own" ? "own " : "") + (signed ? "signed" : "plain")];
      const [low, high] = words.map((text) => text.replace("{}", limits.get(key).toFixed(1)));
      const of = [...new Set(own.filter((panel) => scaleOf(panel, looks.scale) === key).map((panel) => panel.method))].join(", ");
      drawBar(canvas, colours[signed ? "signed" : looks.colormap]);
      canvas.setAttribute("aria-label", `Colour scale of ${of}, from ${low} to ${high}`);
      ends.replaceChildren(element("span", "", low), element("span", "of", of), element("span", "", high));
    }
  };
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".panels");
  if (!root) return;
  root.leave?.();
  const photograph = panelOf({ heading: data.photograph.heading, alt: data.photograph.alt });
  const rows = data.rows.map((row) => row.map(panelOf));
  const shown = [photograph, ...rows.flat()].filter((panel) => panel.frame);
  const spoken = element("div", "spoken");
  spoken.setAttribute("role", "status");
  let [drawAll, bars, scale, gone] = [null, [], null, false];
  function redraw() {
    if (!drawAll || gone) return;
    const looks = looksOf(root, data.looks);
    if (looks.scale !== scale) {
      bars = arrange(root, photograph, rows.length ? rows : [[]], looks.scale);
      root.append(spoken);
      scale = looks.scale;
    }
    for (const panel of shown) choose(panel, data.looks, looks);
    drawAll(looks, bars);
    if (point) place(point.x, point.y);
  }
  function onLooks({ detail }) {
    root.set = { ...root.set, ...detail };
    redraw();
  }
  const pictures = [data.photograph.picture, data.photograph.outlines].map((source) => loaded(source).catch(() => null));
  Promise.all(pictures).then((there) => {
    drawAll = drawerOf(data, photograph, there, shown);
    redraw(); // until now what was shown before stays
  });
  window.addEventListener(LOOKS, onLooks);

  let point = null;
  function place(x, y, said = false) {
    point = x === null ? null : { x: Math.min(0.999, Math.max(0, x)), y: Math.min(0.999, Math.max(0, y)) };
    for (const panel of shown) {
      panel.mark.hidden = point === null;
      if (point) {
        panel.mark.style.left = `${100 * point.x}%`;
        panel.mark.style.top = `${100 * point.y}%`;
      }
      if (panel.map) panel.value.textContent = point ? valueAt(panel.map, point.x, point.y) : "\u00a0";
    }
    const maps = said ? shown.filter((panel) => panel.map) : [];
    spoken.textContent = maps.map((panel) => `${panel.heading}: ${panel.value.textContent}`).join("; ");
  }
  place(null);
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  for (const { frame } of shown) {
    const placeAt = (event, said) => {
      const box = frame.getBoundingClientRect();
      place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, said);
    };
    frame.onpointermove = (event) => placeAt(event, false);
    frame.onpointerdown = (event) => placeAt(event, true); // a tap marks as the mouse does, and its mark stays
    frame.onpointerleave = (event) => event.pointerType === "mouse" && place(null);
    frame.onblur = () => place(null);
    frame.onkeydown = (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own arrow keys go to the next image
      const from = point || { x: 0.5, y: 0.5 };
      place(from.x + STEP * move[0], from.y + STEP * move[1], true);
    };
  }
  return ending(root, () => {
    gone = true;
    window.removeEventListener(LOOKS, onLooks);
  });
}
