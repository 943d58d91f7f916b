"""What the tests of findings share: names, datasets with and without a study, and the calls with their defaults."""

from explain.findings.casting import cast_of
from explain.findings.contrasts import Tables
from explain.findings.findings import claims_tested
from explain.findings.findings import findings as findings_of
from explain.findings.rows import table_of
from explain.findings.study import study_of
from explain.store.manifest import DatasetInfo
from explain.store.selection import Selection

MODELS, METHODS = ("resnet50", "xception"), ("gradcam", "fem")
CHOSEN = Selection({"resnet50": "ResNet-50", "xception": "Xception"}, {"gradcam": "Grad-CAM", "fem": "FEM"})
STUDIED = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, "", 10, study="reference_report")
ANYONES = DatasetInfo("made", "Made", "", ("elephant", "bear"), {}, "", 10)
MADE = ("resnet50", "gradcam", "entropy")
LIKENESS = ("pearson", "sim", "spearman", "iou_top20")
SPREAD = ("area_half_max", "entropy", "radius", "gini")


def findings(metrics, agreement, predictions, selection=CHOSEN, dataset=STUDIED, roles=None):
    return findings_of(metrics, agreement, predictions, selection, dataset, roles)


def findings_table(metrics, agreement, predictions, selection=CHOSEN, dataset=STUDIED, roles=None):
    study = study_of(dataset)
    tables = Tables(metrics, agreement, predictions)
    return table_of(claims_tested(study, tables, cast_of(study, selection, roles), dataset).rows)
