"""Pictures of many images in one file: an archive that any unzip opens, of which single pictures are read.

A file per picture would be three million for a million images. The archives hold the pictures as they are, since JPEG
and PNG are compressed already; each has its checksum, and archives of the same pictures have the same bytes.
"""

from __future__ import annotations

import io
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
_INDEX = 22 + PACK * (46 + 32)
"""Bytes at an archive's end that hold all that it says of its pictures."""
_HEADER = 30
_TORN = (OSError, zipfile.BadZipFile, ValueError, IndexError)


@dataclass(frozen=True)
class Place:
    """Where a picture lies in its archive, and its checksum."""

    start: int
    size: int
    checksum: int

    def holds(self, content: bytes) -> bool:
        """Tell whether these are the bytes that were written."""
        return len(content) == self.size and zlib.crc32(content) == self.checksum


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
                content = read_part(self._file(row // PACK), place.start, place.size)
            except OSError:
                content = b""
            if place.holds(content):
                return content
            self._known.clear()
        else:
            raise StoreError(f"{self.folder.name}: a picture was changed after it was written. Build the store anew.")
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
        write_atomically(self._file(number), buffer.getvalue())
        for file in self.folder.glob(f"*{self.suffix}"):  # of an older version
            if file.stem.isdigit() and int(file.stem) in pictures:
                file.unlink(missing_ok=True)
        self._known.clear()

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
                raise StoreError(
                    f"{self.folder.name}: {file.name} was changed after it was written. Build the store anew."
                ) from error
        return known

    def _whole(self, number: int) -> dict[int, bytes]:
        try:
            content = read_whole(self._file(number))
            places = _places(content[-_INDEX:])
        except _TORN:
            return {}
        found = {row: content[place.start : place.start + place.size] for row, place in places.items()}
        return {row: picture for row, picture in found.items() if places[row].holds(picture)}


def _places(end: bytes) -> dict[int, Place]:
    """Read the index of an archive from its end; its first picture lies at its very beginning."""
    with zipfile.ZipFile(io.BytesIO(end)) as archive:
        entries = archive.infolist()
    first = min(entry.header_offset for entry in entries)
    return {
        int(entry.filename.partition(".")[0]): Place(
            entry.header_offset - first + _HEADER + len(entry.filename), entry.file_size, entry.CRC
        )
        for entry in entries
    }
