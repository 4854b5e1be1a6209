"""What counts as a picture or a file, told by its first bytes: a name, a header or a provider may claim anything."""

from __future__ import annotations

MOST_FILES = 10  # of one text
MOST_SIZE = 5 * 1024 * 1024  # bytes of one file
MOST_TOGETHER = 20 * 1024 * 1024  # bytes of one text's files

JPEG, PNG, WEBP, GIF, HEIC = "image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"
PDF = "application/pdf"
KINDS = (JPEG, PNG, WEBP, GIF, HEIC)
FILES = (*KINDS, PDF)
SENDABLE = (JPEG, PNG, GIF)  # what every carrier's phones show
IN_PAGES = (JPEG, PNG, WEBP, GIF)  # what every browser shows as a picture

# Brands of ISO/IEC 23008-12 (HEIF), in the file type box that such a file begins with.
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def picture_type(content: bytes) -> str | None:
    """The content type of a picture that we keep, None for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIF else None


def file_type(content: bytes) -> str | None:
    """The same of what a visitor of a site may send: pictures, and PDFs."""
    return PDF if content.startswith(b"%PDF-") else picture_type(content)
