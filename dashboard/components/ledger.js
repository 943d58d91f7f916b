/* A score as a sum, and what is left of it when places are erased: painted and asked here, without the server. */
const SHOWN_CLASSES = 5;
const LONGEST = 200;

function sumLine({ title, logit, bias, paid, remainder }) {
  const number = (value) => signedText(value, 2, "");
  const line = element("p", "sum");
  line.append(
    element("span", "", `${title}:`),
    element("strong", "", number(logit)),
    element("span", "", "="),
    element("span", "", `${number(bias)} bias`),
    element("span", "", paid < 0 ? "\u2212" : "+"),
    element("span", "", `${Math.abs(paid).toFixed(2)} paid by places`),
    element("small", "", `(remainder ${remainder.toExponential(1)}: stored values are rounded)`),
  );
  return line;
}

/* Entries with a bar to the right where they pay for the class, to the left where they pay against it. */
function listOf({ title, rows, note }) {
  const table = element("table");
  const body = element("tbody");
  const most = Math.max(...rows.map(({ paid }) => Math.abs(paid)), 0);
  const twoSided = rows.some(({ paid }) => paid < 0);
  for (const { name, paid } of rows) {
    const row = element("tr");
    const head = element("th", "", name);
    head.scope = "row";
    head.title = name;
    const bar = element("div", paid < 0 ? "bar against" : "bar");
    const wide = most > 0 ? ((twoSided ? 50 : 100) * Math.abs(paid)) / most : 0;
    bar.style.width = `${wide}%`;
    bar.style.left = twoSided ? `${paid < 0 ? 50 - wide : 50}%` : 0;
    const track = element("div", "track");
    track.append(bar);
    const middle = element("td", "drawn");
    middle.setAttribute("aria-hidden", "true");
    middle.append(track);
    row.append(head, middle, element("td", "amount", signedText(paid, 3)));
    body.append(row);
  }
  table.append(element("caption", "", title), body);
  const holder = element("div");
  holder.append(table);
  if (note) holder.append(element("p", "note", note));
  return holder;
}

function probabilitiesOf(logits, sigmoid) {
  if (sigmoid) return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

const toBits = (erased) => {
  let text = "";
  for (let start = 0; start < erased.length; start += 4)
    text += [0, 1, 2, 3].reduce((sum, bit) => sum + (erased[start + bit] ? 2 ** bit : 0), 0).toString(16);
  return erased.some(Boolean) ? text : "";
};
const fromBits = (text, cells) => Array.from({ length: cells }, (_, cell) => {
  const digit = Number.parseInt(text[cell >> 2] ?? "0", 16);
  return Boolean((digit >> (cell & 3)) & 1);
});

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".ledger");
  if (!root) return;
  const cells = data.rows * data.columns;
  const count = data.classes.length;
  const scores = floatsOf(data.scores); // cell by cell, each for all classes
  const positions = floatsOf(data.positions);
  const bias = Array.from(floatsOf(data.bias));
  const colours = coloursOf(data.colours);
  let erased = fromBits(data.erased, cells);

  const map = canvasOf(data.rows, data.columns, data.alt);
  paint(map, positions, colours, { signed: true, opacity: 0.75 });
  const cover = canvasOf(data.rows, data.columns, "");
  cover.setAttribute("aria-hidden", "true");
  const { figure, stack, text } = pictureOf(data.photograph, map, data.caption, data.shift);
  const cursor = element("div", "cursor");
  cursor.hidden = true;
  cover.style.translate = map.style.translate;
  stack.append(cover, cursor);
  stack.tabIndex = 0;
  stack.setAttribute("role", "application");
  stack.setAttribute("aria-roledescription", "painting");
  stack.setAttribute("aria-label", "Places to erase. Arrow keys move, space erases or restores a place.");

  const said = element("table");
  const body = element("tbody");
  const live = element("p", "note");
  live.setAttribute("role", "status");
  const head = element("thead");
  const heads = element("tr");
  for (const [name, kind] of [["Class", ""], ["", ""], ["before", "amount"], ["now", "amount"]]) {
    const cell = element(name ? "th" : "td", kind, name);
    if (name) cell.scope = "col";
    heads.append(cell);
  }
  head.append(heads);
  said.append(element("caption", "", "What the network then says"), head, body);

  const logitsOf = (gone) => {
    const logits = [...bias];
    for (let cell = 0; cell < cells; cell++)
      if (!gone[cell]) for (let each = 0; each < count; each++) logits[each] += scores[cell * count + each];
    return logits;
  };
  const before = probabilitiesOf(logitsOf(new Array(cells).fill(false)), data.sigmoid);
  const link = element("a", "", "Link to what is erased");

  function redraw() {
    const picture = new ImageData(data.columns, data.rows);
    erased.forEach((gone, cell) => {
      const shade = (Math.floor(cell / data.columns) + cell) % 2 ? 25 : 45; // a chequer shows what was painted
      if (gone) picture.data.set([shade, shade, shade, 255], 4 * cell);
    });
    cover.getContext("2d").putImageData(picture, 0, 0);
    const logits = logitsOf(erased);
    const now = probabilitiesOf(logits, data.sigmoid);
    const order = now.map((_, each) => each).sort((a, b) => Math.max(now[b], before[b]) - Math.max(now[a], before[a]));
    const shown = [...new Set([data.target, ...(data.against === null ? [] : [data.against]), ...order])].slice(0, SHOWN_CLASSES);
    body.replaceChildren(...shown.sort((a, b) => now[b] - now[a]).map((each) => {
      const row = element("tr");
      const name = element("th", "", data.classes[each]);
      name.scope = "row";
      name.title = data.classes[each];
      const bar = element("div", "bar share");
      bar.style.width = `${100 * now[each]}%`;
      const track = element("div", "track");
      track.append(bar);
      const middle = element("td", "drawn");
      middle.setAttribute("aria-hidden", "true");
      middle.append(track);
      row.append(name, middle, element("td", "amount", percent(before[each])), element("td", "amount", percent(now[each])));
      return row;
    }));
    const gone = erased.filter(Boolean).length;
    const left = logits[data.target] - (data.against === null ? 0 : logits[data.against]);
    live.textContent = gone
      ? `${gone} of ${cells} places erased. ${data.left}: ${signedText(left, 2, "")}.${gone === cells ? " Only the bias is left." : ""}`
      : `Nothing is erased. ${data.left}: ${signedText(left, 2, "")}.`;
    link.hidden = toBits(erased).length > LONGEST; // a link's parameters have an end
    link.href = `./why?${new URLSearchParams({ ...data.address, ...(gone ? { erased: toBits(erased) } : {}) })}`;
  }

  // The mouse or a finger paints; what the first touched place becomes, all others become that are passed over.
  let painting = null;
  const cellAt = (event) => {
    const box = stack.getBoundingClientRect();
    const column = Math.floor(data.columns * ((event.clientX - box.left) / box.width - data.shift[0]));
    const row = Math.floor(data.rows * ((event.clientY - box.top) / box.height - data.shift[1]));
    return row >= 0 && row < data.rows && column >= 0 && column < data.columns ? row * data.columns + column : -1;
  };
  const touch = (event) => {
    const cell = cellAt(event);
    if (cell < 0 || painting === null || erased[cell] === painting) return;
    erased[cell] = painting;
    redraw();
  };
  stack.onpointerdown = (event) => {
    const cell = cellAt(event);
    if (cell < 0) return;
    stack.setPointerCapture(event.pointerId);
    painting = !erased[cell];
    touch(event);
  };
  stack.onpointermove = touch;
  stack.onpointerup = stack.onpointercancel = () => {
    painting = null;
  };
  let at = Math.floor(data.rows / 2) * data.columns + Math.floor(data.columns / 2);
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const showCursor = () => {
    const [row, column] = [Math.floor(at / data.columns), at % data.columns];
    Object.assign(cursor.style, {
      left: `${100 * (column / data.columns + data.shift[0])}%`, top: `${100 * (row / data.rows + data.shift[1])}%`,
      width: `${100 / data.columns}%`, height: `${100 / data.rows}%`,
    });
  };
  stack.onfocus = () => {
    cursor.hidden = !stack.matches(":focus-visible");
    showCursor();
  };
  stack.onblur = () => {
    cursor.hidden = true;
  };
  stack.onkeydown = (event) => {
    const move = moves[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (move) {
      const row = Math.min(data.rows - 1, Math.max(0, Math.floor(at / data.columns) + move[0]));
      at = row * data.columns + Math.min(data.columns - 1, Math.max(0, (at % data.columns) + move[1]));
      cursor.hidden = false;
      showCursor();
    } else {
      erased[at] = !erased[at];
      redraw();
    }
  };

  const buttons = element("div", "buttons");
  const offer = (name, become) => {
    const button = element("button", "", name);
    button.type = "button";
    button.onclick = () => {
      erased = become();
      redraw();
    };
    buttons.append(button);
  };
  const inside = data.inside ? floatsOf(data.inside) : null;
  offer("Erase nothing", () => new Array(cells).fill(false));
  if (inside) {
    offer(`Erase the ${data.subject}`, () => Array.from(inside, (share) => share > 0));
    offer("Erase the rest", () => Array.from(inside, (share) => share < 0.5));
  }
  offer("Erase what speaks for it", () => Array.from(positions, (paid) => paid > 0));
  offer("Erase all", () => new Array(cells).fill(true));

  const left = element("div");
  left.append(element("h2", "", "Erase and ask"), element("p", "", data.explanation), figure, buttons);
  const right = element("div");
  right.append(said, live, link, ...data.first.map(listOf));
  const columns = element("div", "columns");
  columns.append(left, right);
  const lists = element("div", "lists");
  lists.append(...data.lists.map(listOf));
  root.replaceChildren(sumLine(data.sum), columns, lists);
  redraw();
}
