"""What the tests of findings share: names, datasets with and without a study, and the calls with their defaults."""

from explain.findings.findings import findings as findings_of
from explain.findings.findings import findings_table as table_of
from explain.store.manifest import DatasetInfo
from explain.store.selection import Selection

MODELS, METHODS = ("resnet50", "xception"), ("gradcam", "fem")
CHOSEN = Selection({"resnet50": "ResNet-50", "xception": "Xception"}, {"gradcam": "Grad-CAM", "fem": "FEM"})
STUDIED = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, "", 10, study="reference_report")
ANYONES = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, "", 10)
MADE = ("resnet50", "gradcam", "entropy")
LIKENESS = ("pearson", "sim", "spearman", "iou_top20")
SPREAD = ("area_half_max", "entropy", "radius", "gini")


def findings(metrics, agreement, predictions, tested=None, selection=CHOSEN, dataset=STUDIED, roles=None):
    return findings_of(metrics, agreement, predictions, selection, dataset, roles, tested)


def findings_table(metrics, agreement, predictions, selection=CHOSEN, dataset=STUDIED, roles=None):
    return table_of(metrics, agreement, predictions, selection, dataset, roles)
