"""What lies in a ``.keras`` file, looked at before Keras opens it: a network from elsewhere is untrusted input."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from explain.errors import ExplainError
from explain.models.claimed_size import weights_asked_for
from explain.models.layer_classes import ADVICE_TO_REBUILD

_LOCAL_HEADER = 30
"""Bytes before a part's name in a zip file; the lengths of the name and of what follows stand at their end."""

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_LARGEST_CONFIG = 64 << 20
_LARGEST_RATIO = 50
"""How many times its size on disk a part may unpack to: weights hardly shrink."""
_SMALL = 16 << 20
"""What may unpack to this much is never refused for its ratio."""

_OWN_KERAS = ("keras", "keras.")
_TOP = ("Functional", "Sequential", "Model")

_HOW_TO_CONVERT = {
    **dict.fromkeys(
        (".h5", ".hdf5"),
        "this is Keras' older HDF5 format; only .keras files are read. Convert it by two lines of Python:\n"
        '    model = keras.models.load_model("network.h5", compile=False)\n'
        '    model.save("network.keras")',
    ),
    ".pb": "this is part of a SavedModel folder, which holds a graph without Keras' layers; only .keras files are "
    "read. Convert the network where it was made, by two lines of Python:\n"
    '    model = tf.keras.models.load_model("folder", compile=False)   # TensorFlow 2.15 or older\n'
    '    model.save("network.keras")',
}
_SAVED_MODEL = "saved_model.pb"


def how_to_convert(network: Path) -> str | None:
    """Say what to do about a network in another format, told by its suffix, or by a SavedModel folder's content.

    Returns
    -------
    str or None
        None for what is in no format that is known.
    """
    if network.suffix in _HOW_TO_CONVERT:
        return _HOW_TO_CONVERT[network.suffix]
    try:
        return _HOW_TO_CONVERT[".pb"] if (network / _SAVED_MODEL).is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def check_archive(file: Path) -> None:
    """Make sure that a file can be given to Keras.

    Raises
    ------
    ExplainError
        If it is no ``.keras`` file, would unpack to far more than its size, or holds code or classes that Keras does
        not know; one sentence says which.
    """
    if (advice := how_to_convert(file)) is not None:
        raise ExplainError(f"{file.name}: {advice}")
    if file.is_dir():
        raise ExplainError(f"{file.name} is a folder; expected a .keras file.")
    if file.exists() and not file.is_file():
        raise ExplainError(f"{file.name} is a pipe or a device; expected a .keras file.")
    try:
        with zipfile.ZipFile(file) as archive:
            _check_sizes(file, archive)
            config = json.loads(archive.read(_CONFIG))
            _check_layers(file, config, _check_weights(file, archive))
    except ExplainError:
        raise
    except RecursionError as error:
        raise ExplainError(f"{file.name} is nested too deeply to be a network.") from error
    except Exception as error:  # whatever a damaged archive makes those raise who read it
        raise ExplainError(
            f"{file.name} is no .keras file that can be read ({type(error).__name__}). Save the network anew by "
            'model.save("network.keras").'
        ) from error
    _check_config(file, config)


def _check_sizes(file: Path, archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        too_large = part.filename == _CONFIG and part.file_size > _LARGEST_CONFIG
        if too_large or (part.file_size > _SMALL and part.file_size > _LARGEST_RATIO * max(part.compress_size, 1)):
            raise ExplainError(
                f"{file.name} was not opened: its part {part.filename[:80]!r} of {part.compress_size} bytes unpacks "
                f"to {part.file_size}, which no network's does."
            )


def _check_weights(file: Path, archive: zipfile.ZipFile) -> int:
    """Look for arrays of weights that are compressed beyond what weights can be; give their bytes."""
    import h5py

    with _opened(file, archive, _WEIGHTS) as member, h5py.File(member) as weights:
        total = 0

        def add(name: str, each: Any) -> None:
            nonlocal total
            del name
            total += each.nbytes if isinstance(each, h5py.Dataset) else 0

        weights.visititems(add)
    stored = archive.getinfo(_WEIGHTS).file_size
    if total > _SMALL and total > _LARGEST_RATIO * stored:
        raise ExplainError(
            f"{file.name} was not opened: its weights of {stored} bytes unpack to {total}, which no network's do."
        )
    return total


def _check_layers(file: Path, config: Any, held: int) -> None:
    """Look for layers with more weights than the file holds bytes of them, before memory is asked for."""
    for name, wanted in weights_asked_for(config):
        if wanted > max(_SMALL, held):
            raise ExplainError(
                f"{file.name} was not opened: its layer {name!r} asks for {wanted} weights, and the file holds {held} "
                "bytes of them in all. Save the network again where it was made."
            )


def _opened(file: Path, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a part for reading here and there; one that is stored as it is, as Keras stores it, in its place."""
    part = archive.getinfo(name)
    if part.compress_type != zipfile.ZIP_STORED:
        return archive.open(name)
    with file.open("rb") as whole:
        whole.seek(part.header_offset)
        header = whole.read(_LOCAL_HEADER)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return cast("IO[bytes]", _Window(file, part.header_offset + _LOCAL_HEADER + lengths, part.file_size))


class _Window(io.RawIOBase):
    """A stretch of a file, as a file."""

    def __init__(self, file: Path, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file.open("rb"), start, size, 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._at)
        content = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


def _check_config(file: Path, config: Any) -> None:
    if not isinstance(config, dict) or "class_name" not in config:
        raise ExplainError(f"{file.name} holds no network: its {_CONFIG} names no class.")
    for module, name, inner in _classes(config):
        if name == "Lambda":
            raise ExplainError(
                f"{file.name} holds a Lambda layer ({inner}), which is code and is never run here. Replace it by a "
                "layer of Keras (Rescaling, for pixels) and save the network again."
            )
        if name == "__lambda__" or not (module == _OWN_KERAS[0] or module.startswith(_OWN_KERAS[1])):
            if config["class_name"] == name and name not in _TOP:
                raise ExplainError(f"{file.name} holds a subclassed network ({module}.{name}). {ADVICE_TO_REBUILD}")
            raise ExplainError(
                f"{file.name} holds {inner}, of the class {name!r} of {module or 'no module'!r}, which is not Keras' "
                "own, so that its code is not here. Build the network from Keras' layers and save it again."
            )
    if config["class_name"] not in _TOP:
        raise ExplainError(f"{file.name} holds a {config['class_name']}, which is no functional or Sequential model.")


def _classes(config: Any) -> Iterator[tuple[str, str, str]]:
    """Give module, class and name of everything that the file asks Keras to make, without recursion."""
    waiting = [config]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            if each.get("class_name") not in (None, "__tensor__", "__keras_tensor__", "__numpy__", "__tuple__"):
                inner = each.get("config")
                name = inner.get("name") if isinstance(inner, dict) else None
                builtin = each.get("registered_name") in (None, each.get("class_name"))
                module = str(each.get("module") or ("keras" if builtin else each.get("registered_name")))
                yield module, str(each["class_name"]), repr(str(name or inner or each["class_name"])[:80])
            waiting.extend(value for key, value in each.items() if key not in ("compile_config", "build_config"))
