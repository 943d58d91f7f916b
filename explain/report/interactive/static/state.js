/* The page's state is the address behind #: whoever opens it sees the same. */
"use strict";

/* Parameter -> default and what is allowed; a list, a range, or nothing for free text. */
Site.parameters = () => {
  const { models, methods, images, labels, colormaps, diverging, shown } = Site.catalogue;
  const names = (entries) => entries.map((entry) => entry.name);
  const found = {
    page: { default: "gallery", of: ["gallery", "compare", "own"] },
    image: { default: images[0]?.id ?? "", of: images.map((image) => image.id) },
    label: { default: "", of: ["", ...labels] },
    verdict: { default: "", of: ["", "right", "wrong", "differ"] },
    text: { default: "" },
    sort: { default: "name", of: ["name", "sure", "unsure"] },
    model: { default: shown.models[0], of: names(models) },
    method: { default: shown.methods[0], of: names(methods) },
    layer: { default: "overlay", of: ["photo", "overlay", "map"] },
    models: { default: shown.models.join("~"), each: names(models) },
    methods: { default: shown.methods.join("~"), each: names(methods) },
    target: { default: "" },
    colormap: { default: "viridis", of: Object.keys(colormaps).filter((name) => name !== diverging) },
    opacity: { default: 0.7, low: 0, high: 1 },
    scale: { default: "method", of: ["method", "own", "all"] },
  };
  for (const method of methods) {
    for (const each of method.parameters) found[each.name] = { default: each.default, low: each.low, high: each.high };
  }
  return found;
};

function understood(given, { of, each, low, high, default: usual }) {
  if (of) return of.includes(given);
  if (each) return given !== "" && given.split("~").every((name) => each.includes(name));
  if (typeof usual === "number") return given !== "" && Number(given) >= low && Number(given) <= high;
  return given.length <= 200;
}

/* Read the address; what is not understood is left out and named. */
Site.read = () => {
  const given = new URLSearchParams(location.hash.slice(1));
  const state = {};
  const wrong = [...given.keys()].filter((name) => !(name in Site.parameters()));
  for (const [name, rule] of Object.entries(Site.parameters())) {
    state[name] = rule.default;
    if (!given.has(name)) continue;
    if (!understood(given.get(name), rule)) wrong.push(name);
    else state[name] = typeof rule.default === "number" ? Number(given.get(name)) : given.get(name);
  }
  return { state, wrong };
};

Site.address = (state) => {
  const params = new URLSearchParams();
  for (const [name, { default: usual }] of Object.entries(Site.parameters())) {
    if (String(state[name]) !== String(usual)) params.set(name, state[name]);
  }
  if (!params.has("page")) params.set("page", "gallery");
  return `#${params}`;
};

/* Change the state: a new entry of the history where a page changes, else in place. */
Site.go = (changes, { replace = true } = {}) => {
  const address = Site.address({ ...Site.read().state, ...changes });
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  Site.show();
};
