/* The weights of the class over the number of positions, ReLU after the sum: gradcam.py, where the head is linear. */
Site.explainers.gradcam = (evidence, target) => Site.summed(evidence, target, (weight, value) => weight * value, Site.relu);
