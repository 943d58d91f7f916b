"""Tables as comma-separated values that a spreadsheet program opens as what they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

if TYPE_CHECKING:
    import pandas as pd

_BEGINS_A_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def as_csv(table: pd.DataFrame) -> str:
    """Write a table, without its index.

    A spreadsheet takes a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end for a formula, which may
    fetch addresses and start programs; names of images, labels and models come from files. Such a text gets an
    apostrophe in front, which makes it text (OWASP, "CSV Injection"). Numbers stay numbers, also in columns of text.

    Examples
    --------
    >>> import pandas as pd
    >>> print(as_csv(pd.DataFrame({"image": ["=1+1", "bear-1"], "value": [-1.5, 2.0]})), end="")
    image,value
    '=1+1,-1.5
    bear-1,2.0
    """
    shown = table.rename(columns=_inert)
    for place, kind in enumerate(shown.dtypes):
        if not (is_numeric_dtype(kind) or is_datetime64_any_dtype(kind)):
            shown.isetitem(place, shown.iloc[:, place].astype(object).map(_inert, na_action="ignore"))
    return shown.to_csv(index=False)


def _inert(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell.startswith(_BEGINS_A_FORMULA):
        return cell
    try:
        finite = cell.strip() == cell and math.isfinite(float(cell))
    except ValueError:
        finite = False
    return cell if finite else f"'{cell}"
