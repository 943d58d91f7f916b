/* ReLU on each weighted channel, then the sum: gradcam_report.py, where the head is linear. */
Site.explainers.gradcam_report = (evidence, target) =>
  Site.summed(evidence, target, (weight, value) => Site.relu(weight * value));
