/* One photograph and its maps; K, class, colours and scale are drawn here, from the stored feature map. */
"use strict";

Site.pairs = (state) => {
  const { models, methods } = Site.catalogue;
  const chosen = (entries, names) => entries.filter((each) => names.split("~").includes(each.name));
  return chosen(methods, state.methods).flatMap((method) => chosen(models, state.models).map((model) => ({ model, method })));
};

/* Read an image's arrays and a model's head; a part that is missing takes down its own maps alone. */
async function arraysOf(image, models) {
  const found = await Site.unpack(await Site.load(`evidence/${image.key}`));
  for (const model of models) await Site.withHead(model);
  return found;
}

Site.withHead = async (model) => {
  if (model.head !== undefined) return;
  if (!model.closedForm) model.head = null;
  else {
    const { kernel, bias } = await Site.unpack(await Site.load(`heads/${model.name}`));
    model.head = { kernel: kernel.values, bias: bias.values, classes: model.offered };
  }
};

Site.targets = (models) => {
  const titles = new Map();
  for (const model of models) for (const index of model.offered) titles.set(model.classes[index], Site.spoken(model.classes[index]));
  return [...titles].sort((one, other) => (one[1] < other[1] ? -1 : 1));
};

const classOf = (model, title) => model.offered.find((index) => model.classes[index] === title);

/* Of which class a model's maps are: the one chosen where the model has it, else `usual`. */
Site.targetOf = (model, state, usual) => (state.target ? classOf(model, state.target) : usual);

Site.compare = async (state) => {
  const image = Site.catalogue.images.find((each) => each.id === state.image);
  if (!image) return [Site.element("p", {}, "There is no image in this copy.")];
  const pairs = Site.pairs(state);
  const models = [...new Set(pairs.map((pair) => pair.model))];
  const methods = [...new Set(pairs.map((pair) => pair.method))];
  const found = Site.found(state);
  const at = found.indexOf(image);
  const step = (by) => {
    const next = found[(at + by + found.length) % found.length];
    return Site.element("a", { class: "step", href: Site.address({ ...state, image: next.id }), rel: by < 0 ? "prev" : "next" }, by < 0 ? "← Previous" : "Next →");
  };
  const heading = Site.element("div", { class: "heading" }, Site.element("h1", {}, image.id),
    Site.element("p", {}, `${Site.spoken(image.label)} · ${image.width} × ${image.height} pixels`),
    ...(found.length > 1 ? [step(-1), step(1)] : []));
  let arrays = {};
  let failure = null;
  try {
    arrays = await arraysOf(image, models);
  } catch (error) {
    failure = Site.failed(error);
  }
  const compute = (model, method, now) => {
    const answer = image.answers[model.name];
    const target = Site.targetOf(model, now, answer?.target);
    const parameters = Site.parametersOf([method], now);
    const map = Site.map(model, method, {
      activations: arrays[`${model.name}/activations`], stored: arrays[`${model.name}/${method.name}`], target,
      storedTarget: answer?.target,
    }, parameters);
    const said = method.targeted ? `of ${Site.spoken(model.classes[target] ?? "")}` : "of no class";
    return { map, said: [said, ...method.parameters.map((each) => `${each.title} = ${Site.number(parameters[each.name])}`)].join(", ") };
  };
  const panels = Site.panels(`photographs/${image.file}`, pairs, image.id, compute);
  await panels.ready;
  let now = state;
  const moved = (changes) => {
    now = { ...now, ...changes };
    panels.redraw(now);
    history.replaceState(null, "", Site.address(now)); // the address follows, and nothing is built anew
  };
  panels.redraw(now);
  const rows = models.filter((model) => image.answers[model.name]).map((model) => {
    const answer = image.answers[model.name];
    return Site.element("tr", {}, Site.element("th", { scope: "row" }, model.title),
      Site.element("td", {}, Site.spoken(answer.title)), Site.element("td", {}, `${(100 * answer.probability).toFixed(1)} %`),
      Site.element("td", {}, answer.right === null ? "–" : answer.right ? "right" : "wrong"));
  });
  const titles = ["Model", "Answer", "Probability", "Verdict"].map((title) => Site.element("th", { scope: "col" }, title));
  return [heading, ...(failure ? [failure] : []),
    Site.element("form", { class: "controls", onsubmit: () => false }, ...Site.mapControls(state, methods, moved),
      Site.choice("Class", "target", [["", "The label's, or the answer"], ...Site.targets(models)], state)),
    panels.grid,
    Site.element("table", {}, Site.element("thead", {}, Site.element("tr", {}, ...titles)), Site.element("tbody", {}, ...rows)),
    Site.element("details", {}, Site.element("summary", {}, "Models and methods"),
      Site.several("Models", "models", Site.catalogue.models, state),
      Site.several("Methods", "methods", Site.catalogue.methods, state),
      ...methods.map((method) => Site.element("p", {}, Site.element("strong", {}, method.title), ` ${method.says}`)))];
};
