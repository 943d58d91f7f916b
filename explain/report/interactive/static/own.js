/* A visitor's own photograph: decoded, shown to the networks and explained in this browser; it is sent nowhere. */
"use strict";
const LARGEST = 50_000_000; // pixels

/* ONNX Runtime Web, from bytes that lie in this site: the page may not fetch anything. */
let runtime = null;
Site.runtime = () => {
  runtime ??= (async () => {
    const { module, gzip } = await Site.load("networks/runtime");
    const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    const ort = await import(address);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = await Site.unzip(gzip);
    return ort;
  })();
  return runtime;
};

const sessions = new Map();
async function sessionOf(network) {
  if (!sessions.has(network.model)) {
    const ort = await Site.runtime();
    const { gzip } = await Site.load(`networks/${network.model}`);
    sessions.set(network.model, await ort.InferenceSession.create(await Site.unzip(gzip), { executionProviders: ["wasm"] }));
  }
  return sessions.get(network.model);
}

/* RGB pixels of a file, upright, as they are stored. */
Site.decode = async (file) => {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error(`${file.name || "The file"} is no picture that this browser can read. Try a JPEG or PNG.`);
  }
  const { width, height } = bitmap;
  if (width * height > LARGEST) throw new Error(`${file.name} has ${width} × ${height} pixels; at most 50 million are read.`);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let index = 0; index < width * height; index += 1) pixels.set(data.subarray(4 * index, 4 * index + 3), 3 * index);
  return { pixels, width, height, canvas };
};

/* Pixels as a network was trained on them. */
function inputOf({ pixels, width, height }, network) {
  const resized = Site.resize(pixels, [height, width], [network.height, network.width]);
  const { channels, scale, offset } = network;
  const seen = channels === 1 ? Site.grey(resized) : resized;
  const input = new Float32Array(seen.length);
  for (let index = 0; index < seen.length; index += channels) {
    for (let channel = 0; channel < channels; channel += 1) {
      let value = offset[channel];
      for (let from = 0; from < channels; from += 1) value += (scale[channel][from] * seen[index + from]) / 255;
      input[index + channel] = value;
    }
  }
  return input;
}

/* What a network says of a photograph: its activations, rounded as a store rounds them, and its logits. */
Site.ask = async (photograph, network) => {
  const ort = await Site.runtime();
  const session = await sessionOf(network);
  const shape = [1, network.height, network.width, network.channels];
  const answer = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", inputOf(photograph, network), shape) });
  const [features, logits] = session.outputNames.map((name) => answer[name]);
  const fits = Site.largest(features.data) < 65504;
  const values = fits ? Float32Array.from(features.data, Site.half) : features.data;
  return { activations: { values, shape: features.dims.slice(1) }, logits: Array.from(logits.data) };
};

/* What was last explained, so that a slider or another page does not ask the networks again. */
let current = null;

async function explained(file, told) {
  const photograph = await Site.decode(file);
  const answers = new Map();
  for (const network of Site.catalogue.networks) {
    const model = Site.catalogue.models.find((each) => each.name === network.model);
    told(`${model.title} looks at it.`);
    await Site.withHead(model);
    answers.set(model.name, await Site.ask(photograph, network));
  }
  const shown = document.createElement("canvas");
  const share = Math.min(1, 640 / Math.max(photograph.width, photograph.height));
  shown.width = Math.round(photograph.width * share);
  shown.height = Math.round(photograph.height * share);
  shown.getContext("2d").drawImage(photograph.canvas, 0, 0, shown.width, shown.height);
  return { name: file.name || "pasted picture", source: shown.toDataURL("image/png"), answers };
}

Site.shares = (logits, scores) => {
  if (scores === "sigmoid") return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

async function panelsOf(state) {
  const pairs = Site.pairs(state).filter(({ model }) => current.answers.has(model.name));
  const methods = [...new Set(pairs.map((pair) => pair.method))];
  const models = [...new Set(pairs.map((pair) => pair.model))];
  const compute = (model, method, now) => {
    const { activations, logits } = current.answers.get(model.name);
    const best = logits.indexOf(Math.max(...logits));
    const target = Site.targetOf(model, now, best);
    const map = Site.map(model, method, { activations, target }, Site.parametersOf([method], now));
    return { map, said: method.targeted ? `of ${Site.spoken(model.classes[target] ?? "")}` : "of no class" };
  };
  const panels = Site.panels(current.source, pairs, current.name, compute);
  await panels.ready;
  let now = state;
  panels.redraw(now);
  const moved = (changes) => {
    now = { ...now, ...changes };
    panels.redraw(now);
    history.replaceState(null, "", Site.address(now));
  };
  const answers = models.map((model) => {
    const { logits } = current.answers.get(model.name);
    const shares = Site.shares(logits, model.scores);
    const best = shares.map((share, index) => [share, index]).sort((one, other) => other[0] - one[0]).slice(0, 3);
    return Site.element("p", {}, Site.element("strong", {}, `${model.title}: `),
      best.map(([share, index]) => `${Site.spoken(model.classes[index])} ${(100 * share).toFixed(1)} %`).join(", "));
  });
  const classes = Site.choice("Class", "target", [["", "Each network's answer"], ...Site.targets(models)], state);
  return [Site.element("form", { class: "controls", onsubmit: () => false }, ...Site.mapControls(state, methods, moved), classes),
    panels.grid, ...answers];
}

Site.own = async (state) => {
  if (!Site.catalogue.networks.length) return [Site.element("p", {}, "There are no networks in this copy.")];
  const status = Site.element("p", { role: "status" }, current ? "" : "");
  const take = async (file) => {
    if (!file) return;
    status.textContent = "Reading the photograph.";
    status.className = "";
    try {
      current = await explained(file, (sentence) => { status.textContent = sentence; });
      Site.show();
    } catch (error) {
      status.textContent = error.message;
      status.className = "warning";
    }
  };
  const input = Site.element("input", { type: "file", accept: "image/*", id: "own-photograph" });
  input.onchange = () => take(input.files[0]);
  const drop = Site.element("div", { class: "drop" },
    Site.element("label", { for: "own-photograph" }, "Choose a photograph, or drop or paste one here"), input);
  drop.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add("over");
  };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files[0]);
  };
  document.onpaste = (event) => Site.read().state.page === "own" && take(event.clipboardData.files[0]);
  return [Site.element("h1", {}, "Try your own"),
    Site.element("p", {}, "The networks run in this browser. The photograph is read here and sent nowhere."), drop, status,
    ...(current ? await panelsOf(state) : [])];
};
