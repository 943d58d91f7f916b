/* The means of the channels that exceed mean + K standard deviations at a place, step by step in single precision as fem.py. */
Site.explainers.fem = ({ values, rows, columns, channels }, target, { k }) => {
  const single = Math.fround;
  const positions = rows * columns;
  const found = new Float32Array(positions);
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    let least = Infinity;
    let most = -Infinity;
    for (let position = 0; position < positions; position += 1) {
      const value = values[position * channels + channel];
      sum = single(sum + value);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (!(most > least)) continue; // a constant channel passes nowhere
    const mean = single(sum / positions);
    let squares = 0;
    for (let position = 0; position < positions; position += 1) {
      const away = single(values[position * channels + channel] - mean);
      squares = single(squares + single(away * away));
    }
    const deviation = single(Math.sqrt(single(squares / positions)));
    const threshold = single(mean + single(single(k) * deviation));
    for (let position = 0; position < positions; position += 1) {
      if (values[position * channels + channel] > threshold) found[position] += mean;
    }
  }
  return found;
};
