"""From the bytes of a picture to its pixels, by Pillow, which nobody else imports; what is no picture says why."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataqual.errors import MissingExtra

MAX_PIXELS = 1 << 26
"""Pixels of a picture that is decoded at most: 67 million, 200 MB in colour, more than a camera of 50 megapixels makes. A file of
some kilobytes can claim thousands of millions, so this is asked of its header before anything is decoded. Pillow's own limit
(89 million) only warns."""

SUFFIXES = {
    ".png": "png", ".apng": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".jfif": "jpeg", ".webp": "webp",
    ".gif": "gif", ".bmp": "bmp", ".dib": "bmp", ".tif": "tiff", ".tiff": "tiff", ".avif": "avif", ".jp2": "jpeg2000",
    ".ppm": "ppm", ".pgm": "ppm", ".pbm": "ppm", ".pnm": "ppm", ".tga": "tga", ".ico": "ico",
    ".heic": "heif", ".heif": "heif", ".jxl": "jxl",
}  # fmt: skip
"""What the ending of a name promises. The last three kinds are pictures that Pillow cannot decode: they are told as such."""

ALIASES = {"mpo": "jpeg", "dib": "bmp"}
"""Formats of Pillow that are a kind of another: MPO is a JPEG of a telephone with a second picture behind it."""

MANY = ("gif", "png", "webp", "avif", "tiff")
"""Formats whose further frames are pictures as good as the first."""

_opening = Lock()
"""Warnings are silenced for the whole process, so one thread at a time opens; decoding is not held up."""


class BadPicture(Exception):
    """What is no picture, or a damaged one: the kind, as the corpus counts it, and the reason in words."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


@dataclass(frozen=True)
class Told:
    """What the file of a picture said of it, beside its pixels."""

    format: str
    """"png", "jpeg", …; "array" where it came as pixels."""
    mode: str = ""
    """Pillow's name of how the pixels were stored: "L", "RGB", "P", "CMYK", "I;16", …; "" of an array."""
    frames: int = 1
    """How many pictures the file holds, of which the first is looked at."""
    oriented: bool = False
    """Whether its EXIF said that it is to be turned or mirrored, which was done."""
    quality: int = 100
    """Of a JPEG, the quality from 1 to 100 that its tables stand for."""
    suffix: str = ""
    """The ending of the name it came under, such as ".jpg"; "" where it had none."""

    @property
    def mislabelled(self) -> bool:
        """Whether the name promises another format than the bytes are.

        >>> Told("jpeg", suffix=".png").mislabelled, Told("jpeg", suffix=".jpg").mislabelled, Told("jpeg").mislabelled
        (True, False, False)
        """
        return self.suffix in SUFFIXES and SUFFIXES[self.suffix] != self.format


def decode(data: bytes, max_pixels: int = MAX_PIXELS, least: int = 0) -> tuple[NDArray[np.uint8], Told]:
    """Pixels (height, width, channels) of an encoded picture, and what was told of it; BadPicture, or MissingExtra.

    Of several frames the first; turned as its EXIF says; palettes become colours, 16 bits become 8. With `least` a JPEG is
    decoded to a half, a quarter or an eighth where its shorter side keeps so many pixels (libjpeg's scaled decoding).
    """
    if not data:
        raise BadPicture("empty file", "no bytes")
    image = opened(data)
    width, height = image.size
    if width * height > max_pixels:
        raise BadPicture(
            "too many pixels", f"{width:,} by {height:,} pixels says its header; at most {max_pixels:,} are decoded"
        )
    if least:
        image.draft(None, (least, least))  # of other formats nothing
    try:
        return decode_open(image)
    except (BadPicture, MissingExtra):
        raise
    except Exception as error:  # decoders of damaged data raise whatever they stumble over
        raise _damage(error) from None


def jpeg_of(pixels: NDArray[np.uint8], quality: int = 75) -> bytes:
    """A JPEG of a picture (height, width, 1 or 3)."""
    file = io.BytesIO()
    _pillow().Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(file, "jpeg", quality=quality)
    return file.getvalue()


def installed() -> bool:
    """Whether pictures can be decoded and encoded here."""
    return find_spec("PIL") is not None


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height by the header alone; BadPicture where there is none."""
    width, height = opened(data).size
    return int(width), int(height)


def decode_open(image: Any) -> tuple[NDArray[np.uint8], Told]:
    """The same of a picture that Pillow holds already."""
    pillow = _pillow()
    format = (image.format or "array").lower()
    format = ALIASES.get(format, format)
    mode = image.mode
    frames = int(getattr(image, "n_frames", 1)) if format in MANY else 1
    if frames > 1:
        image.seek(0)
    image.load()
    upright = pillow.ImageOps.exif_transpose(image)
    oriented = bool(image.getexif().get(ORIENTATION, 1) not in (0, 1)) if hasattr(image, "getexif") else False
    quality = quality_of(getattr(image, "quantization", None) or {})
    return _pixels(upright), Told(format, mode, frames, oriented, quality)


def quality_of(tables: Mapping[int, Sequence[int]]) -> int:
    """The quality of which the tables of a JPEG are libjpeg's, or nearest to them; 100 without tables.

    Quality q scales the standard's table of luminance (T.81, K.1) by 5000 / q per cent up to 50, and by 200 - 2 q above.
    """
    if not tables:
        return 100
    steps = np.array(tables[min(tables)], np.float64)
    scales = np.where(QUALITIES < 50, 5000 // QUALITIES, 200 - 2 * QUALITIES)
    every = np.clip((np.sort(STANDARD)[None] * scales[:, None] + 50) // 100, 1, 255)
    return int(QUALITIES[np.abs(every - np.sort(steps)[None]).sum(axis=1).argmin()])


QUALITIES = np.arange(1, 101)

STANDARD = np.array([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
])  # fmt: skip
"""The table of luminance of the JPEG standard (ITU-T T.81, table K.1); libjpeg scales it."""

ORIENTATION = 0x0112
"""The EXIF tag."""


def _pixels(image: Any) -> NDArray[np.uint8]:
    mode = image.mode
    if mode.startswith("I"):
        deep = np.asarray(image)
        if deep.size and (int(deep.min()) < 0 or int(deep.max()) > 0xFFFF):
            raise BadPicture(
                "unknown range", "its pixels are 32 bits deep and beyond 16, so nothing says what is white"
            )
        return np.asarray(deep >> 8, np.uint8)[..., None]
    if mode == "F":
        raise BadPicture("unknown range", "its pixels are floating-point numbers, of which nothing says what is white")
    if mode in ("PA", "La", "LA", "RGBa") or (mode in ("P", "L", "RGB") and "transparency" in image.info):
        image = image.convert("RGBA")
    elif mode == "1":
        image = image.convert("L")
    elif mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    pixels = np.array(image, np.uint8)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def opened(data: bytes) -> Any:
    """Pillow's picture of which only the header was read; BadPicture where nobody knows it."""
    pillow = _pillow()
    try:
        with _opening, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pillow.Image.open(io.BytesIO(data))
    except pillow.UnidentifiedImageError:
        kind = unknown(data)
        raise BadPicture(*kind) from None
    except pillow.Image.DecompressionBombError:
        raise BadPicture("too many pixels", f"more by its header than the {MAX_PIXELS:,} that are decoded") from None
    except Exception as error:
        raise _damage(error) from None


def unknown(data: bytes) -> tuple[str, str]:
    """Kind and reason for bytes that Pillow does not know.

    >>> unknown(b"<!DOCTYPE html><title>404</title>")
    ('not a picture', "no picture that Pillow knows; it begins with '<!DOCTYPE html><'")
    """
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"hevc", b"msf1"):
        return "no decoder", "HEIC, which Pillow cannot decode; convert it to JPEG or PNG"
    if data[:2] == b"\xff\x0a" or data[4:8] == b"JXL ":
        return "no decoder", "JPEG XL, which Pillow cannot decode; convert it to JPEG or PNG"
    return "not a picture", f"no picture that Pillow knows; it begins with {data[:16].decode('latin-1')!r}"


def _damage(error: Exception) -> BadPicture:
    said = (str(error).splitlines() or [""])[0] or type(error).__name__
    if (isinstance(error, OSError) and "truncated" in said) or isinstance(error, EOFError):
        return BadPicture("truncated picture", f"it ends early ({said})")
    return BadPicture("damaged picture", f"it cannot be decoded ({said})")


def _pillow() -> Any:
    try:
        import PIL.Image
        import PIL.ImageOps
    except ImportError:
        raise MissingExtra("Pillow", "images", "pictures are decoded") from None
    return PIL
