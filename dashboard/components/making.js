/* How a map is made of channels: every slider redraws here, and asks the server nothing. */
const SHOWN = 12;
const BINS = 24;

function sliderOf(label, low, high, step, value, onInput) {
  const holder = element("label", "slider");
  const name = element("span", "", label);
  const input = element("input");
  const shown = element("output");
  Object.assign(input, { type: "range", min: low, max: high, step, value });
  const say = () => {
    shown.textContent = input.value;
  };
  input.oninput = () => {
    say();
    onInput(Number(input.value));
  };
  for (const event of ["keydown", "keyup"]) input.addEventListener(event, (pressed) => pressed.stopPropagation());
  say();
  holder.append(name, input, shown);
  return holder;
}

function unpack(data) {
  const cells = data.rows * data.columns;
  const values = (data.half ? halvesOf : floatsOf)(data.activations);
  const planes = data.numbers.map((_, place) => values.subarray(place * cells, (place + 1) * cells));
  const statistics = planes.map((plane) => {
    const mean = plane.reduce((sum, value) => sum + value, 0) / cells;
    const spread = Math.sqrt(plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / cells);
    return { mean, spread, varies: plane.some((value) => value !== plane[0]) };
  });
  const classes = data.classes.map((each) => ({ ...each, weights: floatsOf(each.weights), rest: floatsOf(each.rest) }));
  return { ...data, cells, planes, statistics, classes, colours: coloursOf(data.colours) };
}

/* What a channel enters the sum with at a place: its value, or 1 where it passes its threshold. */
function entryOf(making, k) {
  if (!making.parameter) return (place) => making.planes[place];
  return (place) => {
    const { mean, spread, varies } = making.statistics[place];
    return making.planes[place].map((value) => (varies && value > mean + k * spread ? 1 : 0));
  };
}

function paidBy(making, entries, weights) {
  return entries.map((entry, place) => weights[place] * entry.reduce((sum, value) => sum + value, 0));
}

function sumOf(making, entries, weights, places, rest) {
  const sum = rest ? Float64Array.from(rest) : new Float64Array(making.cells);
  for (const place of places)
    for (let cell = 0; cell < making.cells; cell++) sum[cell] += weights[place] * entries[place][cell];
  return sum;
}

function histogramOf(plane, { mean, spread }, k) {
  const high = Math.max(...plane, mean + k * spread) || 1;
  const low = Math.min(0, ...plane);
  const counts = new Array(BINS).fill(0);
  for (const value of plane) counts[Math.min(BINS - 1, Math.floor((BINS * (value - low)) / (high - low)))] += 1;
  const canvas = element("canvas", "histogram");
  const [width, height, foot] = [480, 240, 6];
  Object.assign(canvas, { width, height });
  const line = mean + k * spread;
  const at = (value) => (width * (value - low)) / (high - low);
  const draw = canvas.getContext("2d");
  const style = getComputedStyle(document.querySelector("[data-testid=stApp]") || document.body);
  counts.forEach((count, bin) => {
    const tall = count ? Math.max(3, ((height - foot) * count) / Math.max(...counts)) : 0;
    draw.fillStyle = low + ((bin + 0.5) * (high - low)) / BINS > line ? "#c4622d" : "#8a9499";
    draw.fillRect((bin * width) / BINS + 1, height - foot - tall, width / BINS - 2, tall);
  });
  draw.fillStyle = style.color;
  draw.fillRect(0, height - 2, width, 2);
  draw.fillRect(Math.min(width - 4, at(line) - 2), 0, 4, height);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Histogram of the channel's values; the line stands at ${line.toPrecision(3)}.`);
  return canvas;
}

function sectionOf(making, name, state) {
  const { title, says } = making.steps[name];
  const section = element("section", making.step === name ? "step linked" : "step");
  const head = element("h4");
  const number = Object.keys(making.steps).indexOf(name) + 1;
  const link = element("a", "link", "Link");
  link.setAttribute("aria-label", `Link to step ${number}: ${title}`);
  const address = () => {
    const own = { step: name, channels: state.count };
    if (making.parameter) Object.assign(own, { channel: making.numbers[state.chosen], [making.parameter.name]: state.k });
    if (state.target > 0) own.target = making.classes[state.target].name;
    return `./compare?${new URLSearchParams({ ...making.address, ...own })}`;
  };
  link.href = address();
  link.onpointerenter = link.onfocus = () => {
    link.href = address();
  };
  link.onclick = (event) => {
    link.href = address();
    follow(event);
  };
  head.append(element("span", "number", number), element("span", "", title), link);
  section.append(head, element("p", "", says));
  return section;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".making");
  if (!root) return;
  const making = unpack(data);
  const state = { target: 0, count: Math.min(data.count, making.planes.length), k: data.parameter?.value ?? 0 };
  const every = making.planes.map((_, place) => place);
  const first = paidBy(making, every.map(entryOf(making, state.k)), making.classes[0].weights);
  const order = [...every].sort((a, b) => Math.abs(first[b]) - Math.abs(first[a]));
  const linked = making.numbers.indexOf(data.channel);
  state.chosen = linked < 0 ? order[0] : linked;
  const shown = order.slice(0, SHOWN);
  if (!shown.includes(state.chosen)) shown[SHOWN - 1] = state.chosen;
  const sections = Object.fromEntries(Object.keys(making.steps).map((name) => [name, sectionOf(making, name, state)]));
  const canvas = (label) => canvasOf(making.rows, making.columns, label);
  const over = { opacity: 0.8 };

  // The channels as small pictures, each with what it pays.
  const strip = element("div", "strip");
  const tiles = shown.map((place) => {
    const tile = element(making.parameter ? "button" : "div", "tile");
    const picture = canvas(`Channel ${making.numbers[place]}`);
    paint(picture, making.planes[place], making.colours);
    const bar = element("span", "bar");
    const said = element("span", "said");
    const track = element("span", "track");
    track.append(bar);
    tile.append(picture, element("span", "name", `Channel ${making.numbers[place]}`), track, said);
    if (making.parameter) {
      tile.type = "button";
      tile.onclick = () => {
        state.chosen = place;
        redraw();
      };
    }
    strip.append(tile);
    return { place, tile, bar, said };
  });
  if (making.classes.length > 1) {
    const label = element("label", "choice", "Weights of ");
    const box = element("select");
    making.classes.forEach((each, index) => {
      const option = element("option", "", each.title);
      option.value = index;
      box.append(option);
    });
    box.value = 0;
    box.onchange = () => {
      state.target = Number(box.value);
      redraw();
    };
    label.append(box);
    sections.channels.append(label);
  }
  const about = element("p", "note");
  sections.channels.append(strip, about);

  // A channel's threshold, the places that pass, and how many channels pass anywhere.
  const passing = canvas("");
  const held = canvas("");
  const gate = element("div", "figures");
  const bars = element("figure");
  const passes = element("p", "number-line");
  if (making.parameter) {
    const { title, low, high, step } = making.parameter;
    const move = (value) => {
      state.k = value;
      redraw();
    };
    sections.threshold.append(sliderOf(title, low, high, step, state.k, move), gate, passes);
  }
  const channel = pictureOf(data.photograph, held, "", data.shift);
  const lit = pictureOf(data.photograph, passing, "", data.shift);
  gate.append(channel.figure, bars, lit.figure);

  // The growing sum beside the whole.
  const growing = canvas("");
  const whole = canvas("");
  const sums = element("div", "figures");
  const alike = element("p", "number-line");
  const grown = pictureOf(data.photograph, growing, "", data.shift);
  const full = pictureOf(data.photograph, whole, "", data.shift);
  sums.append(grown.figure, full.figure);
  const add = (value) => {
    state.count = value;
    redraw();
  };
  sections.sum.append(
    sliderOf("Channels in the sum", 1, making.planes.length, 1, state.count, add), sums, alike,
  );

  // Before and after what is below zero is cut off.
  const before = canvas("");
  const after = canvas("");
  const cuts = element("div", "figures");
  const hidden = element("p", "number-line");
  const uncut = pictureOf(data.photograph, before, "Before: red speaks for the class, blue against it", data.shift);
  const cut = pictureOf(data.photograph, after, "After: the finished map", data.shift);
  cuts.append(uncut.figure, cut.figure);
  sections.cut?.append(cuts, hidden);

  function redraw() {
    const { weights, rest, title } = making.classes[state.target];
    const entries = every.map(entryOf(making, state.k));
    const paid = paidBy(making, entries, weights);
    const all = paid.reduce((sum, value) => sum + Math.abs(value), 0);
    const most = largest(Float64Array.from(tiles, ({ place }) => paid[place]));
    for (const { place, tile, bar, said } of tiles) {
      if (making.parameter) tile.setAttribute("aria-pressed", place === state.chosen);
      const share = all > 0 ? paid[place] / all : 0;
      bar.className = share < 0 ? "bar against" : "bar";
      bar.style.width = `${most > 0 ? (100 * Math.abs(paid[place])) / most : 0}%`;
      said.textContent = making.parameter
        ? `mean ${weights[place].toPrecision(2)}, ${percent(share)}`
        : `weight ${weights[place].toPrecision(2)}, ${signedPercent(share)}`;
    }
    about.textContent = `The ${tiles.length} of ${making.total} channels that count most. The bar and the percentage: what a channel adds to the sum, of all that channels add or take${title ? ` for ${title}` : ""}.`;
    if (making.parameter) {
      const plane = making.planes[state.chosen];
      const number = making.numbers[state.chosen];
      paint(held, plane, making.colours, over);
      channel.text.textContent = `Channel ${number}, over the photograph`;
      held.setAttribute("aria-label", channel.text.textContent);
      paint(passing, entries[state.chosen], making.colours, { ...over, limit: 1 });
      const count = entries[state.chosen].reduce((sum, value) => sum + value, 0);
      lit.text.textContent = `${count} of ${making.cells} places pass`;
      passing.setAttribute("aria-label", `Channel ${number}: ${lit.text.textContent}`);
      const { mean, spread } = making.statistics[state.chosen];
      const caption = `Values of channel ${number}: mean ${mean.toPrecision(3)}, spread ${spread.toPrecision(3)}; the line at ${(mean + state.k * spread).toPrecision(3)}`;
      bars.replaceChildren(histogramOf(plane, making.statistics[state.chosen], state.k), element("figcaption", "", caption));
      const passed = entries.filter((entry) => entry.some((value) => value > 0)).length;
      passes.textContent = `At this K, ${passed} of ${making.planes.length} channels pass somewhere.`;
    }
    const total = sumOf(making, entries, weights, every, rest);
    const part = sumOf(making, entries, weights, order.slice(0, state.count));
    const signed = total.some((value) => value < 0) || part.some((value) => value < 0);
    paint(growing, part, making.colours, { ...over, signed });
    paint(whole, total, making.colours, { ...over, signed });
    grown.text.textContent = state.count === 1 ? "The strongest channel alone" : `The strongest ${state.count} channels`;
    full.text.textContent = `All ${making.total} channels`;
    growing.setAttribute("aria-label", grown.text.textContent);
    whole.setAttribute("aria-label", full.text.textContent);
    const like = correlation(part, total);
    alike.textContent = `The two correlate ${Number.isNaN(like) ? "not at all: one of them is flat" : like.toFixed(2)}.`;
    if (making.steps.cut) {
      paint(before, total, making.colours, { ...over, signed: true });
      const kept = total.map((value) => Math.max(0, value));
      paint(after, kept, making.colours, over);
      before.setAttribute("aria-label", "The sum before what is below zero is cut off");
      after.setAttribute("aria-label", "The finished map");
      const positive = kept.reduce((sum, value) => sum + value, 0);
      const negative = positive - total.reduce((sum, value) => sum + value, 0);
      hidden.textContent = positive > 0
        ? `Hidden: evidence against ${title || "the class"}, as much as ${percent(negative / positive)} of the evidence for it.`
        : `Nothing on this photograph speaks for ${title || "the class"}: the finished map is empty.`;
    }
  }
  root.replaceChildren(...Object.values(sections));
  redraw();
  const place = `${data.step} ${data.key}`;
  if (data.step && root.dataset.shown !== place) sections[data.step]?.scrollIntoView({ block: "start" });
  root.dataset.shown = place;
}
