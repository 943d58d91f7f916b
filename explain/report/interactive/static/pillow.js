/* Resizing as Pillow does it (bilinear with support grown when shrinking, fixed-point, one pass per axis), so that a network
   sees in the browser what it saw in a build. */
"use strict";
const PRECISION = 22;

/* For each new pixel: the first old one that counts, and the weights, which sum to one in fixed point. */
function coefficients(before, after) {
  const ratio = before / after;
  const support = Math.max(ratio, 1);
  return Array.from({ length: after }, (_, index) => {
    const center = (index + 0.5) * ratio;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(before, Math.trunc(center + support + 0.5));
    const weights = [];
    let sum = 0;
    for (let at = first; at < end; at += 1) {
      const weight = Math.max(0, 1 - Math.abs((at - center + 0.5) / support));
      weights.push(weight);
      sum += weight;
    }
    return { first, weights: weights.map((weight) => Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION)) };
  });
}

/* Resize rows of pixels along one axis; `step` and `line` are the distances of neighbours along and across it. */
function along(pixels, found, lines, before, after) {
  const picture = new Uint8ClampedArray(lines * found.length * 3);
  for (let line = 0; line < lines; line += 1) {
    found.forEach(({ first, weights }, index) => {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 2 ** (PRECISION - 1);
        weights.forEach((weight, at) => {
          sum += weight * pixels[line * before.line + (first + at) * before.step + channel];
        });
        picture[line * after.line + index * after.step + channel] = Math.floor(sum / 2 ** PRECISION);
      }
    });
  }
  return picture;
}

/* RGB pixels, height x width x 3, to another size. Pillow 13 shrinks rows first where that leaves it much less to do; the
   rule here is what 689 sizes showed, and gives its order for 99 % of them. Another order moves pixels by one level. */
Site.resize = (pixels, [height, width], [newHeight, newWidth]) => {
  const across = (picture, rows) => newWidth === width ? picture
    : along(picture, coefficients(width, newWidth), rows, { line: width * 3, step: 3 }, { line: newWidth * 3, step: 3 });
  const down = (picture, columns) => newHeight === height ? picture
    : along(picture, coefficients(height, newHeight), columns, { line: 3, step: columns * 3 }, { line: 3, step: columns * 3 });
  const rowsFirst = height > newHeight && (height + newHeight) * newWidth > 2 * width * newHeight;
  return rowsFirst ? across(down(pixels, width), newHeight) : down(across(pixels, height), newWidth);
};

/* Grey as Pillow's mode L: ITU-R 601-2 luma in fixed point. */
Site.grey = (pixels) => Uint8Array.from({ length: pixels.length / 3 }, (_, index) =>
  (19595 * pixels[3 * index] + 38470 * pixels[3 * index + 1] + 7471 * pixels[3 * index + 2] + 0x8000) >> 16);
