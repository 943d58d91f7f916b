/* All images, found and sorted; a card opens Compare. */
"use strict";
const PAGE = 60;

const answers = (image) => Site.catalogue.models.map((model) => image.answers[model.name]).filter(Boolean);

const VERDICTS = {
  "": () => true,
  right: (image) => answers(image).every((answer) => answer.right === true),
  wrong: (image) => answers(image).some((answer) => answer.right === false),
  differ: (image) => new Set(answers(image).map((answer) => answer.title)).size > 1,
};

const sureness = (image) => Math.min(1, ...answers(image).map((answer) => answer.probability));

const ORDERS = {
  name: () => 0, // as the dataset has them
  sure: (one, other) => sureness(other) - sureness(one),
  unsure: (one, other) => sureness(one) - sureness(other),
};

Site.found = (state) => Site.catalogue.images
  .filter((image) => (!state.label || image.label === state.label) && VERDICTS[state.verdict](image))
  .filter((image) => image.id.toLowerCase().includes(state.text.toLowerCase()))
  .sort(ORDERS[state.sort]);

function verdictOf(model, answer) {
  const mark = answer.right === null ? "" : answer.right ? "✓ " : "✗ ";
  const wrong = answer.right === false ? ` ${Site.spoken(answer.title)}` : "";
  return Site.element("span", { class: answer.right === false ? "verdict wrong" : "verdict" },
    `${mark}${model.title} ${Math.round(100 * answer.probability)} %${wrong}`);
}

function card(image, state, maps) {
  const canvas = Site.element("canvas", { "aria-hidden": "true" });
  const picture = Site.element("img", { src: `thumbnails/${image.file}`, alt: "", loading: "lazy" });
  picture.onload = () => {
    const at = maps?.rows.indexOf(image.row) ?? -1;
    if (at < 0) return;
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    const [, rows, columns] = maps.shape;
    const values = maps.values.subarray(at * rows * columns, (at + 1) * rows * columns);
    const { signed } = maps.method;
    Site.draw(canvas, { values, rows, columns }, { ...state, limit: Site.largest(values), signed, shift: maps.shift });
  };
  const models = Site.catalogue.models.filter((model) => state.models.split("~").includes(model.name));
  return Site.element("a", { class: "card", href: Site.address({ ...state, page: "compare", image: image.id }) },
    Site.element("div", { class: state.layer === "map" ? "stack alone" : "stack" }, picture, canvas),
    Site.element("strong", {}, Site.spoken(image.label) || image.id), Site.element("span", {}, image.id),
    ...models.filter((model) => image.answers[model.name]).map((model) => verdictOf(model, image.answers[model.name])));
}

Site.gallery = async (state) => {
  const { labels, models, methods } = Site.catalogue;
  const found = Site.found(state);
  const search = Site.element("input", { type: "search", value: state.text, placeholder: "part of a name" });
  search.onchange = () => Site.go({ text: search.value });
  const controls = Site.element("form", { class: "controls", onsubmit: () => false },
    Site.element("label", {}, Site.element("span", {}, "Find"), search),
    Site.choice("Class", "label", [["", "All"], ...labels.map((label) => [label, Site.spoken(label)])], state),
    Site.choice("Verdict", "verdict", [["", "All"], ["right", "All right"], ["wrong", "One wrong"], ["differ", "Models disagree"]], state),
    Site.choice("Sort by", "sort", [["name", "Name"], ["unsure", "Least sure first"], ["sure", "Surest first"]], state),
    Site.choice("Show", "layer", [["overlay", "Overlay"], ["map", "Map"], ["photo", "Photograph"]], state),
    Site.choice("Model", "model", models.map((each) => [each.name, each.title]), state),
    Site.choice("Method", "method", methods.map((each) => [each.name, each.title]), state));
  const count = Site.element("p", { class: "count", role: "status" },
    `${found.length} of ${Site.catalogue.images.length} images`);
  const cards = Site.element("div", { class: "cards" });
  let maps = null;
  let failure = null;
  if (state.layer !== "photo") {
    try {
      const packed = await Site.load(`maps/${state.model}/${state.method}`);
      maps = { ...(await Site.unpack(packed)).maps, rows: packed.rows };
      maps.method = methods.find((each) => each.name === state.method);
      maps.shift = Site.shiftOf(models.find((each) => each.name === state.model), maps.method);
    } catch (error) {
      failure = Site.failed(error);
    }
  }
  let shown = 0;
  const more = Site.element("button", { type: "button", class: "more" }, "Show more");
  more.onclick = () => {
    cards.append(...found.slice(shown, shown + PAGE).map((image) => card(image, state, maps)));
    shown += PAGE;
    more.hidden = shown >= found.length;
  };
  more.onclick();
  return [Site.element("h1", {}, "Gallery"), controls, count, ...(failure ? [failure] : []), cards, more];
};
