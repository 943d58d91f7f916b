/* Maps of one photograph: computed here where the feature map suffices, and drawn side by side with a shared mark. */
"use strict";

/* What an explainer is given: as explain.explainers.contract.Evidence, for one image. */
Site.evidence = (activations, model) => {
  const [rows, columns, channels] = activations.shape;
  return { values: activations.values, rows, columns, channels, head: model.head };
};

Site.relu = (value) => Math.max(0, value);

/* At every position the sum of a term over channels: of the class score's gradient there, W[k, c] / Z, and the activation. */
Site.summed = ({ values, rows, columns, channels, head }, target, term, after = (sum) => sum) => {
  const positions = rows * columns;
  const classes = head.classes.length;
  return Float32Array.from({ length: positions }, (_, position) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += term(head.kernel[channel * classes + target] / positions, values[position * channels + channel]);
    }
    return after(sum);
  });
};

/* Give one raw map, or why there is none: { values, rows, columns } or { reason }. */
Site.map = (model, method, { activations, stored, target, storedTarget }, parameters) => {
  const kept = model.methods.find((each) => each.name === method.name);
  const asStored =
    stored && kept && (!method.targeted || target === storedTarget) &&
    method.parameters.every((each) => kept.parameters[each.name] === parameters[each.name]);
  if (asStored) return { values: stored.values, rows: stored.shape[0], columns: stored.shape[1] };
  const script = Site.explainers[method.script];
  if (!script) return { reason: `${method.title} needs the network: only its stored map is in this copy.` };
  if (method.needsHead && !model.head) return { reason: `${model.title} does not end in pooling and one linear layer.` };
  if (!activations) return { reason: "The feature map is not in this copy." };
  const evidence = Site.evidence(activations, model);
  const offered = model.head ? model.head.classes.indexOf(target) : 0;
  if (method.targeted && offered < 0) return { reason: "Maps of this class are not in this copy." };
  return { values: script(evidence, offered, parameters), rows: evidence.rows, columns: evidence.columns };
};

Site.parametersOf = (methods, state) =>
  Object.fromEntries(methods.flatMap((method) => method.parameters.map((each) => [each.name, state[each.name]])));

/* Where a model's maps belong, down and right of where even cells would lie, in shares of the sides; those of pixels lie evenly. */
Site.shiftOf = (model, method) => (method.atPixels ? [0, 0] : model.shift);

const cellAt = (share, cells) => Math.min(cells - 1, Math.max(0, Math.floor(share * cells)));

/* The largest value of each scale: by map, by method, or of all. */
function limits(shown, scale) {
  const key = ({ model, method }) => (scale === "own" ? `${model.name} ${method.name}` : scale === "method" ? method.name : "");
  const found = new Map();
  for (const each of shown) {
    if (each.map.values) found.set(key(each), Math.max(found.get(key(each)) ?? 0, Site.largest(each.map.values)));
  }
  return (each) => found.get(key(each)) ?? 0;
}

/* Panels of a photograph and its maps. `compute` gives a map for a state; redraw(state) draws anew without new elements. */
Site.panels = (source, pairs, caption, compute) => {
  const grid = Site.element("div", { class: "panels" });
  const photograph = Site.element("img", { src: source, alt: "The photograph", draggable: "false" });
  grid.append(Site.element("figure", {}, Site.element("div", { class: "stack" }, photograph, Site.element("i", { class: "mark" })),
    Site.element("figcaption", {}, Site.element("strong", {}, "Photograph"), Site.element("span", {}, caption))));
  const shown = pairs.map(({ model, method }) => {
    const canvas = Site.element("canvas", { role: "img" });
    const bar = Site.element("canvas", { class: "bar", "aria-hidden": "true" });
    const ends = Site.element("span", { class: "ends" });
    const value = Site.element("span", { class: "value" }, "\u00a0");
    const lines = Site.element("span");
    const stack = Site.element("div", { class: "stack", tabindex: "0", role: "group" },
      Site.element("img", { src: source, alt: "", draggable: "false" }), canvas, Site.element("i", { class: "mark" }));
    stack.setAttribute("aria-label", `${model.title}, ${method.title}. Arrow keys move the mark on all pictures.`);
    grid.append(Site.element("figure", {}, stack, Site.element("figcaption", {},
      Site.element("strong", {}, `${model.title} · ${method.title}`), lines, bar, ends, value)));
    return { model, method, canvas, bar, ends, value, lines, stack, map: {} };
  });
  const stacks = [...grid.querySelectorAll(".stack")];
  let point = null;
  const place = (x, y) => {
    point = x === null ? null : [Math.min(0.999, Math.max(0, x)), Math.min(0.999, Math.max(0, y))];
    for (const mark of grid.querySelectorAll(".mark")) {
      mark.hidden = !point;
      if (point) mark.style.cssText = `left:${100 * point[0]}%;top:${100 * point[1]}%`;
    }
    for (const { map, value, model, method } of shown) {
      if (!point || !map.values) value.textContent = "\u00a0";
      else {
        const [down, right] = Site.shiftOf(model, method);
        const row = cellAt(point[1] - down, map.rows);
        const column = cellAt(point[0] - right, map.columns);
        value.textContent = `cell ${row + 1}, ${column + 1}: ${Site.number(map.values[row * map.columns + column])}`;
      }
    }
  };
  const steps = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] };
  for (const stack of stacks) {
    stack.onpointermove = (event) => {
      const box = stack.getBoundingClientRect();
      place((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    stack.onpointerleave = () => place(null);
    stack.onkeydown = (event) => {
      if (!steps[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      const [x, y] = point ?? [0.5, 0.5];
      place(x + steps[event.key][0], y + steps[event.key][1]);
    };
  }
  place(null);
  const redraw = (state) => {
    for (const each of shown) Object.assign(each, compute(each.model, each.method, state));
    const limit = limits(shown, state.scale);
    const { naturalWidth: width, naturalHeight: height } = photograph;
    for (const each of shown) {
      const { map, canvas, bar, ends, lines, stack, method, model } = each;
      canvas.width = width || 1;
      canvas.height = height || 1;
      const signed = method.signed;
      Site.draw(canvas, map.values ? map : null, { ...state, limit: limit(each), signed, shift: Site.shiftOf(model, method) });
      canvas.setAttribute("aria-label", map.values ? `Where ${model.title} looks by ${method.title}` : map.reason);
      stack.classList.toggle("alone", state.layer === "map");
      Site.bar(bar, signed, state.colormap);
      bar.hidden = ends.hidden = !map.values || state.layer === "photo";
      const end = Site.number(limit(each));
      ends.replaceChildren(Site.element("span", {}, signed ? `-${end}` : "0"), Site.element("span", {}, end));
      lines.textContent = map.values ? each.said : map.reason;
    }
    place(point?.[0] ?? null, point?.[1]);
  };
  return { grid, redraw, ready: photograph.decode().catch(() => undefined), shown };
};

/* Controls over how maps are drawn, and over the explainers' parameters; `moved` draws anew without a new page. */
Site.mapControls = (state, methods, moved) => [
  Site.choice("Show", "layer", [["overlay", "Overlay"], ["map", "Map"], ["photo", "Photograph"]], state),
  Site.slider("Opacity", "opacity", { low: 0, high: 1, step: 0.05 }, state, moved),
  ...methods.flatMap((method) => (Site.explainers[method.script] ? method.parameters : []))
    .map((each) => Site.slider(each.title, each.name, each, state, moved)),
  Site.choice("Scale", "scale", [["method", "One per method"], ["own", "One per map"], ["all", "One for all"]], state),
  Site.choice("Colours", "colormap", Site.parameters().colormap.of.map((name) => [name, name]), state),
];
