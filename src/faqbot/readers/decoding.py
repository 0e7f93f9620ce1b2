"""Text of files in any encoding, with plain line ends, mojibake repaired where it is certain."""

import codecs
import re

from faqbot.errors import ReadError
from faqbot.readers.limits import Limits, refuse_over

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The commonest first: of two that make equal sense it is taken.
_ENCODINGS = ("cp1252", "cp1250", "cp1251", "mac_roman", "gb18030", "shift_jis")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_SAMPLE = 200_000
# What browsers read where pages declare these; its printable characters are a superset.
_MEANT = {"iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
# What UTF-8 looks like when it is read as Latin: only lines with such a pair are looked at.
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2\u0102\u010f\u00d0\u00d1\u0393][\u0080-\u00ff\u0152-\u0192\u02c6\u02dc\u2013-\u2122]"
)


def decode(content: bytes, limits: Limits, *, declared: str = "", markup: bool = False) -> str:
    """Return the text of a file: by its byte order mark, as UTF-8, as it declares, else by what its bytes look like.

    Every kind of line end becomes one newline character, and unprintable characters are left out, so that places in
    the text mean the same everywhere. Raises ReadError for binary content and for text over the limits.
    """
    text = _decode(content, declared)
    if markup:  # of a page most characters may be markup; its text is measured later
        return _plain_characters(text)
    refuse_over(limits.characters * 4, len(content), "bytes of text")
    return clean(text, limits)


def clean(text: str, limits: Limits) -> str:
    """Return text from any source with plain line ends and spaces, within the limits, mojibake repaired."""
    refuse_over(4 * limits.characters, len(text), "characters")
    # First, since what looks like control characters may be a part of what is repaired.
    text = _plain_characters(_repaired(text) if _MOJIBAKE.search(text) else text)
    refuse_over(limits.characters, len(text), "characters")
    return text


def _plain_characters(text: str) -> str:
    return _SPACES.sub(" ", _CONTROLS.sub("", _BREAKS.sub("\n", text)))


def _repaired(text: str) -> str:
    """The text with lines put right that were UTF-8 read as another encoding; ftfy changes only what is certain."""
    from ftfy import fix_encoding

    return "\n".join(fix_encoding(line) if _MOJIBAKE.search(line) else line for line in text.split("\n"))


def _decode(content: bytes, declared: str) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    for encoding in (*_likely_encodings(content), _MEANT.get(declared.casefold(), declared)):
        try:
            return content.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return content.decode(_guess(content), errors="replace")


def _likely_encodings(content: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark shows in the zero bytes of its Latin letters; other zero bytes mean no text at all."""
    sample = content[:_SAMPLE]
    if b"\0" not in sample:
        return ("utf-8",)
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 8 and min(even, odd) < len(sample) // 64 + 1:
        return ("utf-16-be",) if even > odd else ("utf-16-le",)
    raise ReadError("binary content, expected text. Save it as UTF-8 text, or as PDF, DOCX or HTML with that suffix")


def _guess(content: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(content[:_SAMPLE], cp_isolation=list(_ENCODINGS))
    likely = min(found, key=lambda match: (match.chaos, _ENCODINGS.index(match.encoding)), default=None)
    return likely.encoding if likely else "cp1252"
