/* From a raw map to a picture: stretched bilinearly with half-pixel centres, scaled, coloured, laid over a photograph. */
"use strict";

/* For each new position: the two old ones around it, and the share of the second. */
function between(cells, pixels, shift) {
  const found = { low: new Int32Array(pixels), high: new Int32Array(pixels), share: new Float32Array(pixels) };
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const at = Math.min(cells - 1, Math.max(0, ((pixel + 0.5) / pixels - shift) * cells - 0.5));
    found.low[pixel] = Math.floor(at);
    found.high[pixel] = Math.min(cells - 1, found.low[pixel] + 1);
    found.share[pixel] = at - found.low[pixel];
  }
  return found;
}

/* shift: how far right and down of where even cells would lie the map belongs, in shares of the sides. */
Site.stretch = ({ values, rows, columns }, height, width, shift = [0, 0]) => {
  const y = between(rows, height, shift[0]);
  const x = between(columns, width, shift[1]);
  const stretched = new Float32Array(height * width);
  for (let i = 0; i < height; i += 1) {
    const upper = y.low[i] * columns;
    const lower = y.high[i] * columns;
    for (let j = 0; j < width; j += 1) {
      const left = values[upper + x.low[j]] * (1 - y.share[i]) + values[lower + x.low[j]] * y.share[i];
      const right = values[upper + x.high[j]] * (1 - y.share[i]) + values[lower + x.high[j]] * y.share[i];
      stretched[i * width + j] = left * (1 - x.share[j]) + right * x.share[j];
    }
  }
  return stretched;
};

Site.largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/* Draw a map on a canvas that lies over its photograph. Low values are transparent in an overlay. */
Site.draw = (canvas, map, { limit, signed, colormap, opacity, layer, shift }) => {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (layer === "photo" || !map) return;
  const colours = Site.catalogue.colormaps[signed ? Site.catalogue.diverging : colormap];
  const picture = context.createImageData(width, height);
  const stretched = Site.stretch(map, height, width, shift);
  for (let pixel = 0; pixel < stretched.length; pixel += 1) {
    const value = limit > 0 ? stretched[pixel] / limit : 0;
    const strength = Math.min(1, Math.abs(value));
    const scaled = signed ? 0.5 + 0.5 * Math.max(-1, Math.min(1, value)) : Math.max(0, Math.min(1, value));
    const colour = 3 * Math.round(255 * scaled);
    picture.data[4 * pixel] = colours[colour];
    picture.data[4 * pixel + 1] = colours[colour + 1];
    picture.data[4 * pixel + 2] = colours[colour + 2];
    const over = opacity * Math.min(1, 0.25 + 1.5 * strength) * Math.min(1, 4 * strength);
    picture.data[4 * pixel + 3] = layer === "map" ? 255 : Math.round(255 * over);
  }
  context.putImageData(picture, 0, 0);
};

/* A colour bar as a canvas. */
Site.bar = (canvas, signed, colormap) => {
  const values = Float32Array.from({ length: 256 }, (_, step) => (signed ? step / 127.5 - 1 : step / 255));
  canvas.width = 256;
  canvas.height = 1;
  Site.draw(canvas, { values, rows: 1, columns: 256 }, { limit: 1, signed, colormap, opacity: 1, layer: "map" });
};
