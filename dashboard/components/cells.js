/* Maps drawn cell by cell: numbers out of a message, and their colours on a canvas. */
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);

/* Half-precision numbers, as a store keeps activations. */
function halvesOf(text) {
  return Float32Array.from(new Uint16Array(bytesOf(text).buffer), (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
  });
}

function canvasOf(rows, columns, label) {
  const canvas = element("canvas", "cells");
  canvas.width = columns;
  canvas.height = rows;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  return canvas;
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/* A signed map's zero is the middle of its colours; the limit is where the colours end. */
function paint(canvas, values, colours, { signed = false, limit = largest(values), opacity = 1 } = {}) {
  const picture = new ImageData(canvas.width, canvas.height);
  const table = signed ? colours.signed : colours.plain;
  values.forEach((value, cell) => {
    const share = limit > 0 ? value / limit : 0;
    const step = Math.round(255 * Math.min(1, Math.max(0, signed ? 0.5 + 0.5 * share : share)));
    picture.data.set(table.subarray(3 * step, 3 * step + 3), 4 * cell);
    picture.data[4 * cell + 3] = 255 * opacity;
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

const coloursOf = ({ plain, signed }) => ({ plain: bytesOf(plain), signed: bytesOf(signed) });

/* The photograph, with a map's cells over it, moved to where the network looks: by shares of the width and the height. */
function pictureOf(photograph, canvas, caption, shift = [0, 0]) {
  const figure = element("figure");
  const stack = element("div", "stack");
  const image = element("img");
  image.src = photograph;
  image.alt = ""; // the canvas over it says what is shown
  canvas.style.translate = shift.map((share) => `${100 * share}%`).join(" ");
  stack.append(image, canvas);
  const text = element("figcaption", "", caption);
  figure.append(stack, text);
  return { figure, stack, text };
}

function correlation(first, second) {
  const count = first.length;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / count;
  const [a, b] = [mean(first), mean(second)];
  let [both, one, other] = [0, 0, 0];
  for (let cell = 0; cell < count; cell++) {
    both += (first[cell] - a) * (second[cell] - b);
    one += (first[cell] - a) ** 2;
    other += (second[cell] - b) ** 2;
  }
  return one > 0 && other > 0 ? both / Math.sqrt(one * other) : NaN;
}

/* A number with its sign; what rounds to zero has none. */
const signedText = (value, digits, plus = "+") => {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "\u2212" : plus}${text}`;
};
const percent = (share, digits = 1) => `${signedText(100 * share, digits, "")} %`;
const signedPercent = (share) => (share > 0 ? "+" : "") + percent(share);

