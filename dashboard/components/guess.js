/* Ten photographs, ten guesses; only this page knows them, and it forgets them when it is left. */
const Z = 1.959964; // of a 95 % interval

function wilson(hits, count) {
  const share = hits / count;
  const middle = share + Z ** 2 / (2 * count);
  const reach = Z * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  return [middle - reach, middle + reach].map((end) => Math.min(1, Math.max(0, end / (1 + Z ** 2 / count))));
}

const cellOf = (turn, [y, x]) =>
  Math.min(turn.rows - 1, Math.floor(y * turn.rows)) * turn.columns + Math.min(turn.columns - 1, Math.floor(x * turn.columns));

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".guess");
  if (!root || root.dataset.round === data.key) return; // a run of the page's script does not end a round
  root.dataset.round = data.key;
  const turns = data.turns.map((turn) => ({ ...turn, saliency: floatsOf(turn.saliency), hot: floatsOf(turn.hot) }));
  const colours = coloursOf(data.colours);
  const results = [];

  function markOf(kind, [y, x], label) {
    const mark = element("div", `mark ${kind}`);
    Object.assign(mark.style, { left: `${100 * x}%`, top: `${100 * y}%` });
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", label);
    return mark;
  }

  function play(number) {
    const turn = turns[number];
    const head = element("p", "progress", `Photograph ${number + 1} of ${turns.length}`);
    const canvas = canvasOf(turn.rows, turn.columns, "");
    canvas.setAttribute("aria-hidden", "true");
    const { figure, stack, text } = pictureOf(turn.photograph, canvas, turn.label);
    stack.querySelector("img").alt = `${turn.label}, without a map`;
    stack.tabIndex = 0;
    stack.setAttribute("role", "application");
    stack.setAttribute("aria-label", `${turn.label}. Arrow keys move the cross, Enter guesses.`);
    const cross = element("div", "cross");
    cross.hidden = true;
    stack.append(cross);
    const status = element("p", "status", `Where on this photograph is ${data.title} highest? Click there.`);
    status.setAttribute("role", "status");
    const next = element("button", "", number + 1 < turns.length ? "Next photograph" : "See the result");
    next.type = "button";
    next.hidden = true;
    next.onclick = () => (number + 1 < turns.length ? play(number + 1) : end());
    let at = [0.5, 0.5];
    let guessed = false;
    const guess = (point) => {
      if (guessed) return;
      guessed = true;
      cross.hidden = true;
      const hit = turn.hot[cellOf(turn, point)] > 0;
      const other = turn.peak && turn.hot[cellOf(turn, turn.peak)] > 0;
      results.push({ turn, hit, other });
      paint(canvas, turn.saliency, colours, { opacity: 0.3 });
      const bright = canvasOf(turn.rows, turn.columns, `${data.title} on ${turn.image}; the brightest part is where a guess hits`);
      paint(bright, turn.saliency, colours, { opacity: 0.85 });
      const drawn = bright.getContext("2d");
      const picture = drawn.getImageData(0, 0, turn.columns, turn.rows);
      turn.hot.forEach((hot, cell) => {
        if (!hot) picture.data[4 * cell + 3] = 0;
      });
      drawn.putImageData(picture, 0, 0);
      stack.append(bright, markOf("yours", point, "Your guess"));
      if (turn.peak) stack.append(markOf("other", turn.peak, `Where ${data.other} is highest`));
      stack.classList.add("over");
      status.textContent = `${hit ? "Hit" : "Missed"}. The bright part is the fifth of the picture where ${data.title} is highest; chance hits it ${percent(turn.chance, 0)} of the time.`
        + (turn.peak ? ` ${data.other}, asked for its highest place (square), ${other ? "would have hit it" : "would have missed it"}.` : "");
      text.textContent = `${turn.label}, ${turn.image}`;
      next.hidden = false;
      next.focus();
    };
    const place = (event) => {
      const box = stack.getBoundingClientRect();
      return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    };
    stack.onclick = (event) => guess(place(event));
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    stack.onkeydown = (event) => {
      const move = moves[event.key];
      if (!move && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      if (!move) return guess(at);
      at = at.map((side, axis) => Math.min(0.98, Math.max(0.02, side + 0.04 * move[axis])));
      cross.hidden = guessed;
      Object.assign(cross.style, { left: `${100 * at[1]}%`, top: `${100 * at[0]}%` });
    };
    const [board, beside] = [element("div", "board"), element("div", "beside")];
    beside.append(status, next);
    board.append(figure, beside);
    root.replaceChildren(head, board);
    if (number) stack.focus();
  }

  function end() {
    const count = results.length;
    const hits = results.filter(({ hit }) => hit).length;
    const [low, high] = wilson(hits, count);
    const chance = results.reduce((sum, { turn }) => sum + turn.chance, 0) / count;
    const verdict = low > chance
      ? "That is more than chance: you know something of where it looks."
      : high < chance
        ? "That is less than chance: it looks where you would not."
        : `The interval holds chance, so ${count} photographs do not tell your guesses from pointing at random.`;
    const rows = [
      ["You", `${hits} of ${count}`, `95 % interval ${percent(low, 0)} to ${percent(high, 0)}`],
      ["Chance", `${(chance * count).toFixed(1)} of ${count}`, percent(chance, 0)],
    ];
    const others = results.filter(({ turn }) => turn.peak);
    if (others.length) rows.push([data.other, `${others.filter(({ other }) => other).length} of ${others.length}`, "by its highest place"]);
    const table = element("table");
    const body = element("tbody");
    for (const [name, score, more] of rows) {
      const row = element("tr");
      const head = element("th", "", name);
      head.scope = "row";
      row.append(head, element("td", "score", score), element("td", "", more));
      body.append(row);
    }
    table.append(element("caption", "", "Result"), body);
    const list = element("ul", "turns");
    for (const { turn, hit } of results) {
      const item = element("li");
      const link = element("a", "", `${hit ? "\u2713" : "\u2717"} ${turn.image}`);
      link.href = turn.href;
      link.setAttribute("aria-label", `${hit ? "Hit" : "Missed"}: ${turn.image}`);
      link.onclick = follow;
      item.append(link);
      list.append(item);
    }
    const again = element("button", "", "Guess these again");
    again.type = "button";
    again.onclick = () => {
      results.length = 0;
      play(0);
    };
    const status = element("p", "status", verdict);
    status.setAttribute("role", "status");
    root.replaceChildren(table, status, list, again);
    again.focus();
  }
  play(0);
}
