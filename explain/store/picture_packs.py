"""Pictures of many images in one file: an archive that any unzip opens, of which single pictures are read.

A file per picture would be three million for a million images. The archives hold the pictures as they are, since JPEG
and PNG are compressed already; archives of the same pictures have the same bytes. Each picture has its checksum, and so
has what an archive says of its pictures, in the archive's comment: else another's name would give another's picture.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from explain.errors import StoreError
from explain.store.filesystem import read_part, read_whole, write_atomically
from explain.store.layout import picture_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACK = 128
"""Images to an archive."""
_END, _COMMENT = 22, 8
_INDEX = _END + _COMMENT + PACK * (46 + 32)
"""Bytes at an archive's end that hold all that it says of its pictures."""
_HEADER = 30
_LAST = b"PK\5\6"
"""How the record begins that ends an archive."""
_TORN = (OSError, zipfile.BadZipFile, ValueError, IndexError, NotImplementedError, struct.error)


@dataclass(frozen=True)
class Place:
    """Where a picture and its header lie in an archive, and by what they are known."""

    name: bytes
    start: int
    size: int
    checksum: int

    @property
    def length(self) -> int:
        """Bytes of both."""
        return _HEADER + len(self.name) + self.size

    def picture_in(self, content: bytes) -> bytes | None:
        """Give the picture out of what lies there; None where that is not what was written."""
        header = _HEADER + len(self.name)
        name, picture = content[_HEADER:header], content[header:]
        return picture if name == self.name and zlib.crc32(picture) == self.checksum else None


@dataclass(frozen=True)
class Packs:
    """The archives of one kind of picture.

    Attributes
    ----------
    folder : Path
    suffix : str
        Of the pictures in them, with a dot.
    """

    folder: Path
    suffix: str

    @cached_property
    def _known(self) -> dict[int, Mapping[int, Place]]:
        return {}

    def read(self, row: int) -> bytes | None:
        """Read an image's picture; None where there is none.

        Raises
        ------
        StoreError
            If it, or what the archive says of its pictures, was changed after it was written.
        """
        for _ in range(2):  # a forced build may have put another archive there since its index was read
            place = self._index(row // PACK).get(row)
            if place is None:
                break
            try:
                picture = place.picture_in(read_part(self._file(row // PACK), place.start, place.length))
            except OSError:
                picture = None
            if picture is not None:
                return picture
            self._known.clear()
        else:
            raise self._changed(row // PACK)
        try:
            return read_whole(self.folder / f"{picture_name(row)}{self.suffix}")  # as older versions kept them
        except FileNotFoundError:
            return None

    def write(self, number: int, pictures: Mapping[int, bytes]) -> None:
        """Put pictures into an archive, beside those that are there and whole, or in their place."""
        together = {**self._whole(number), **pictures}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for row in sorted(together):
                archive.writestr(zipfile.ZipInfo(f"{picture_name(row)}{self.suffix}"), together[row])  # of 1980
        write_atomically(self._file(number), _with_checksum(buffer.getvalue()))
        for file in self.folder.glob(f"*{self.suffix}"):  # of an older version
            if file.stem.isdigit() and int(file.stem) in pictures:
                file.unlink(missing_ok=True)
        self._known.clear()

    def has_archive(self, row: int) -> bool:
        """Tell whether the archive is there in which an image's picture would be."""
        return self._file(row // PACK).is_file()

    def rows(self) -> frozenset[int]:
        """Find the images that have a picture: as far as archives say, and files of older versions."""
        found = {int(file.stem) for file in self.folder.glob(f"*{self.suffix}") if file.stem.isdigit()}
        for file in self.folder.glob("*.zip"):
            first = file.stem.partition("-")[0]
            if first.isdigit():
                try:
                    found |= self._index(int(first) // PACK).keys()
                except StoreError:  # torn: its pictures are made anew
                    continue
        return frozenset(found)

    def _changed(self, number: int) -> StoreError:
        file = f"{self.folder.name}/{self._file(number).name}"
        return StoreError(f"{file} was changed after it was written. Build the store anew.")

    def _file(self, number: int) -> Path:
        return self.folder / f"{picture_name(number * PACK)}-{picture_name((number + 1) * PACK - 1)}.zip"

    def _index(self, number: int) -> Mapping[int, Place]:
        known = self._known.get(number)
        if known is None:
            file = self._file(number)
            try:
                known = self._known[number] = _places(read_part(file, -_INDEX, _INDEX))
            except FileNotFoundError:
                return {}
            except _TORN as error:
                raise self._changed(number) from error
        return known

    def _whole(self, number: int) -> dict[int, bytes]:
        try:
            content = read_whole(self._file(number))
            places = _places(content[-_INDEX:])
        except _TORN:
            return {}
        found = {row: place.picture_in(content[place.start :][: place.length]) for row, place in places.items()}
        return {row: picture for row, picture in found.items() if picture is not None}


def _with_checksum(archive: bytes) -> bytes:
    """Put the checksum of an archive's index, and of the record that ends it, into the archive's comment."""
    start = int.from_bytes(archive[-6:-2], "little")
    ended = archive[start:-2] + _COMMENT.to_bytes(2, "little")
    return archive[:start] + ended + b"%08x" % zlib.crc32(ended)


def _places(end: bytes) -> dict[int, Place]:
    """Read the index of an archive from its end; its first picture lies at its very beginning.

    Raises
    ------
    ValueError
        If it is none, or not as it was written; or one of :data:`_TORN` of an older archive, which has no checksum.
    """
    if not end[-_END:].startswith(_LAST):
        ended, comment = end[:-_COMMENT], end[-_COMMENT:]
        size = int.from_bytes(ended[12 - _END : 16 - _END], "little")
        if comment != b"%08x" % zlib.crc32(ended[-_END - size :]):
            raise ValueError("the index is not as it was written")
    with zipfile.ZipFile(io.BytesIO(end)) as archive:
        entries = archive.infolist()
    first = min(entry.header_offset for entry in entries)
    return {
        int(entry.filename.partition(".")[0]): Place(
            entry.filename.encode(), entry.header_offset - first, entry.file_size, entry.CRC
        )
        for entry in entries
    }
