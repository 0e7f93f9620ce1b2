"""Text that somebody else wrote -> text that is safe inside HTML, with nothing invisible left in it."""

import html
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

# Bidirectional controls can make a sentence read as another; the other control characters have no business in text.
_INVISIBLE = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_FRAGMENT_WORDS = 6


def clean(text: str) -> str:
    """The text without bidirectional and other control characters; line ends and tabs stay."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """The cleaned text with everything escaped that means something to HTML, quotes too."""
    return html.escape(clean(text), quote=True)


def web_link(url: str) -> str:
    """The address if it is one of http or https with a host, else the empty string."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return clean(url.strip()) if parts.scheme.lower() in ("http", "https") and parts.netloc else ""


def link(label: str, url: str) -> str:
    """An anchor that gives nothing away to where it leads, or the label alone if the address is no web address."""
    address = web_link(url)
    if not address:
        return f"<span>{escape(label)}</span>"
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'


def quoted_link(url: str, quotation: str) -> str:
    """The address with a text fragment that opens the page at the quoted words.

    See "URL Fragment Text Directives" (WICG): `#:~:text=first words,last words`, each percent-encoded.
    """
    address, words = web_link(url), clean(quotation).split()
    if not address or not words:
        return address
    ends = [words] if len(words) <= 2 * _FRAGMENT_WORDS else [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]]
    directive = ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)
    return f"{address}{':~:' if '#' in address else '#:~:'}text={directive}"


def joined(parts: Iterable[str]) -> str:
    """The parts that are not empty, one a line."""
    return "\n".join(part for part in parts if part)
