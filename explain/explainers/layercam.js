/* Positive gradients alone, ReLU after the sum: layercam.py, where the head is linear. */
Site.explainers.layercam = (evidence, target) =>
  Site.summed(evidence, target, (weight, value) => Site.relu(weight) * value, Site.relu);
