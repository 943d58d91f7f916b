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

/* The heatmap's share of a blend for each of the scale's 256 steps: nothing of the lowest, `opacity` from the middle on. */
function weightOf(step, signed, opacity) {
  const along = signed ? (2 * step) / 255 - 1 : step / 255;
  const strength = Math.min(1, Math.max(1e-6, Math.abs(along) / FULL_FROM));
  return opacity ** (1 / strength);
}

/* A picture's own pixels, four bytes each; read once, since every move of a slider blends with them. */
function pixelsOf(image) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/* The photograph with a map over it: each pixel is its share of the colour of its step, and the rest of the photograph's. */
function blended(photograph, steps, colours, signed, opacity) {
  const picture = new ImageData(photograph.width, photograph.height);
  const [from, to] = [photograph.data, picture.data];
  const rest = new Float32Array(256);
  const added = new Float32Array(768);
  for (let step = 0; step < 256; step++) {
    const weight = weightOf(step, signed, opacity);
    rest[step] = 1 - weight;
    for (let colour = 3 * step; colour < 3 * step + 3; colour++) added[colour] = weight * colours[colour];
  }
  for (let pixel = 0, at = 0; pixel < steps.length; pixel++, at += 4) {
    const share = rest[steps[pixel]];
    const colour = 3 * steps[pixel];
    to[at] = share * from[at] + added[colour]; // the array rounds, and to the even one of two as near
    to[at + 1] = share * from[at + 1] + added[colour + 1];
    to[at + 2] = share * from[at + 2] + added[colour + 2];
    to[at + 3] = 255;
  }
  return picture;
}

/* A picture, and outlines on top of it. */
function draw(canvas, picture, outlines) {
  const { width, height } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.putImageData(picture, 0, 0);
  if (outlines) context.drawImage(outlines, 0, 0);
}

function drawBar(canvas, colours) {
  const picture = new ImageData(256, 1);
  for (let step = 0; step < 256; step++) {
    picture.data.set(colours.subarray(3 * step, 3 * step + 3), 4 * step);
    picture.data[4 * step + 3] = 255;
  }
  draw(canvas, picture);
}
