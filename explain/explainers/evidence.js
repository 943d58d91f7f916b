/* What each place adds to the class score: evidence.py, where the head is linear. */
Site.explainers.evidence = (evidence, target) => Site.summed(evidence, target, (weight, value) => weight * value);
