/* Overlays as explain.figures.overlay draws them, pixel by pixel: stretched, scaled, coloured, laid over a photograph. */
const bytesIn = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floatsIn = (text) => new Float32Array(bytesIn(text).buffer);
const FULL_FROM = 0.5;

const KERNELS = {
  bilinear: [1, (distance) => Math.max(0, 1 - distance)],
  bicubic: [2, (distance) => {
    if (distance <= 1) return 1.5 * distance ** 3 - 2.5 * distance ** 2 + 1;
    return distance < 2 ? -0.5 * distance ** 3 + 2.5 * distance ** 2 - 4 * distance + 2 : 0;
  }],
};

/* Which cells a new position is made of, and by which weights; cell centres lie at (i + 0.5) / size, moved by the shift. */
function operatorOf(size, target, interpolation, shift) {
  const [reach, kernel] = KERNELS[interpolation] || [0];
  const taps = Math.max(1, 2 * reach);
  const cells = new Int32Array(target * taps);
  const weights = new Float64Array(target * taps);
  const inside = (cell) => Math.min(size - 1, Math.max(0, cell));
  for (let position = 0; position < target; position++) {
    const centre = ((position + 0.5) * size) / target - 0.5 - shift * size;
    for (let tap = 0; tap < taps; tap++) {
      const cell = reach ? Math.floor(centre) + 1 - reach + tap : Math.floor(centre + 0.5);
      cells[position * taps + tap] = inside(cell);
      weights[position * taps + tap] = reach ? kernel(Math.abs(centre - cell)) : 1;
    }
  }
  return { taps, cells, weights };
}

/* A map's density over its mean, stretched over a picture. */
function stretched({ values, mean, rows, columns, down, right }, height, width, interpolation) {
  const upright = operatorOf(rows, height, interpolation, down);
  const across = operatorOf(columns, width, interpolation, right);
  const dense = mean > 0 ? values.map((value) => value / mean) : values; // in single precision, as the server has it
  const tall = new Float64Array(height * columns);
  for (let row = 0; row < height; row++)
    for (let tap = row * upright.taps; tap < (row + 1) * upright.taps; tap++)
      for (let column = 0; column < columns; column++)
        tall[row * columns + column] += upright.weights[tap] * dense[upright.cells[tap] * columns + column];
  const picture = new Float64Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let tap = column * across.taps; tap < (column + 1) * across.taps; tap++)
        sum += across.weights[tap] * tall[row * columns + across.cells[tap]];
      picture[row * width + column] = sum;
    }
  return picture;
}


/* Where on its scale of 256 steps every pixel stands; without a limit, the scale ends at the picture's own largest value. */
function stepsOf(picture, signed, limit) {
  let top = limit ?? 0;
  if (limit === null) for (const value of picture) top = Math.max(top, signed ? Math.abs(value) : value);
  const steps = new Uint8Array(picture.length);
  for (let pixel = 0; pixel < steps.length; pixel++) {
    const share = top > 0 ? picture[pixel] / top : 0;
    const exact = 255 * Math.min(1, Math.max(0, signed ? 0.5 + 0.5 * share : share));
    const whole = (exact + 0.5) | 0;
    steps[pixel] = whole - exact === 0.5 ? whole & ~1 : whole; // of two whole numbers as near, the even one
  }
  return steps;
}

/* The scale's 256 steps as pixels: nothing of the lowest, `opacity` of the upper half. */
function tableOf(colours, signed, opacity) {
  const pixels = new Uint32Array(256);
  const bytes = new Uint8Array(pixels.buffer);
  for (let step = 0; step < 256; step++) {
    const along = signed ? (2 * step) / 255 - 1 : step / 255;
    const strength = Math.min(1, Math.max(1e-6, Math.abs(along) / FULL_FROM));
    bytes.set(colours.subarray(3 * step, 3 * step + 3), 4 * step);
    bytes[4 * step + 3] = Math.round(255 * opacity ** (1 / strength));
  }
  return pixels;
}

/* The photograph, a map over it where there is one, and outlines on top of both. */
function drawOverlay(canvas, photograph, outlines, steps, table) {
  const { naturalWidth: width, naturalHeight: height } = photograph;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(photograph, 0, 0);
  if (steps) {
    const picture = new ImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    for (let pixel = 0; pixel < pixels.length; pixel++) pixels[pixel] = table[steps[pixel]];
    const layer = Object.assign(document.createElement("canvas"), { width, height });
    layer.getContext("2d", { colorType: "float16" }).putImageData(picture, 0, 0); // a faint colour keeps its shades
    context.drawImage(layer, 0, 0);
  }
  if (outlines) context.drawImage(outlines, 0, 0);
}

function drawBar(canvas, table) {
  Object.assign(canvas, { width: 256, height: 1 });
  const picture = new ImageData(256, 1);
  new Uint32Array(picture.data.buffer).set(table);
  canvas.getContext("2d").putImageData(picture, 0, 0);
}
