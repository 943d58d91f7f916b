/* Arrays that lie beside the page as scripts, because a page opened from disk may load scripts and nothing else. */
"use strict";
const Site = { catalogue: null, waiting: new Map(), arrived: new Map() };

/* Called by every file of data/. */
Site.put = (key, content) => {
  Site.arrived.set(key, content);
  if (Site.waiting.has(key)) Site.waiting.get(key)(content);
};

/* Give what a file of data/ puts; it is loaded once, and forgotten when others have come since. */
const KEPT = 24;
Site.load = (key) => {
  if (Site.arrived.has(key)) return Promise.resolve(Site.arrived.get(key));
  return new Promise((resolve, reject) => {
    Site.waiting.set(key, resolve);
    const script = document.createElement("script");
    script.src = `data/${key}.js`;
    script.onload = () => {
      script.remove();
      if (!Site.arrived.has(key)) reject(new Error(`The file data/${key}.js is damaged.`));
    };
    script.onerror = () => reject(new Error(`The file data/${key}.js is missing.`));
    document.head.append(script);
    const passing = [...Site.arrived.keys()].filter((name) => name.startsWith("evidence/"));
    for (const name of passing.slice(0, Math.max(0, passing.length - KEPT))) Site.arrived.delete(name);
  });
};

Site.bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/* Bytes of a compressed text in base64. */
Site.unzip = async (text) => {
  const stream = new Blob([Site.bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/* Half-precision numbers by a table of all of them. */
const HALVES = (() => {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits += 1) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction ? NaN : sign * Infinity;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
})();

/* Round to half precision, ties to even, as a store rounds activations. */
const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);
Site.half = (value) => {
  FLOAT[0] = value;
  const size = Math.abs(FLOAT[0]);
  if (!Number.isFinite(size) || size === 0) return FLOAT[0];
  if (size < 2 ** -14) {
    const steps = size * 2 ** 24;
    const low = Math.floor(steps);
    const up = steps - low > 0.5 || (steps - low === 0.5 && low % 2 === 1);
    return Math.sign(FLOAT[0]) * (low + up) * 2 ** -24;
  }
  const bits = BITS[0];
  BITS[0] = (bits + 0xfff + ((bits >>> 13) & 1)) & 0xffffe000;
  return FLOAT[0];
};

/* Unpack what explain.report.interactive.packing packed: name -> { values, shape }. */
Site.unpack = async (packed) => {
  const bytes = await Site.unzip(packed.gzip);
  const found = {};
  let start = 0;
  for (const [name, type, shape] of packed.arrays) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (type === "float16") {
      const codes = new Uint16Array(bytes.slice(start, start + 2 * count).buffer);
      found[name] = { values: Float32Array.from(codes, (code) => HALVES[code]), shape };
      start += 2 * count;
    } else {
      found[name] = { values: new Float32Array(bytes.slice(start, start + 4 * count).buffer), shape };
      start += 4 * count;
    }
  }
  return found;
};
