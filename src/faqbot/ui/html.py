"""Escaping for HTML: text by other people, links, dates, and the language of foreign words."""

import html
import re
from datetime import date
from urllib.parse import quote, urlsplit

# Bidirectional controls can make a sentence read as another; the other control characters have no business in text.
_INVISIBLE = re.compile(
    "[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_FRAGMENT_WORDS = 6
_TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_KANA, _HAN = "\u3040-\u30ff", "\u3400-\u4dbf\u4e00-\u9fff"
# Scripts by the language they are most often read in; a screen reader then takes another voice for them.
_SCRIPTS = {
    "ja": f"[{_HAN}]*[{_KANA}][{_KANA}{_HAN}\u3001\u3002]*",
    "zh": f"[{_HAN}][{_HAN}\u3001\u3002\uff0c]*",
    "ko": "[\uac00-\ud7af\u1100-\u11ff]+(?: [\uac00-\ud7af]+)*",
    "ru": "[\u0400-\u04ff]{2,}(?:[ ,\u2013-]+[\u0400-\u04ff]+)*",
    "el": "[\u0370-\u03ff\u1f00-\u1fff]{2,}(?:[ ,-]+[\u0370-\u03ff\u1f00-\u1fff]+)*",
    "he": "[\u0590-\u05ff]{2,}(?:[ ,-]+[\u0590-\u05ff]+)*",
    "ar": "[\u0600-\u06ff]{2,}(?:[ \u060c-]+[\u0600-\u06ff]+)*",
    "hi": "[\u0900-\u097f]{2,}(?:[ ,-]+[\u0900-\u097f]+)*",
    "th": "[\u0e00-\u0e7f]{2,}",
}
_FOREIGN = re.compile("|".join(f"(?P<{code}>{pattern})" for code, pattern in _SCRIPTS.items()))
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def clean(text: str) -> str:
    """The text without bidirectional and other control characters; line ends and tabs stay."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """The cleaned text with everything escaped that means something to HTML, quotes too."""
    return html.escape(clean(text), quote=True)


def words(text: str) -> str:
    """Text to show: escaped, with `lang` on words of another script."""
    return with_language(escape(text))


def with_language(markup: str) -> str:
    """The HTML with each run of words in another script inside a <span lang>; tags stay as they are."""
    if markup.isascii():
        return markup
    parts, at = [], 0
    for tag in _TAG.finditer(markup):
        parts += [_FOREIGN.sub(_in_language, markup[at : tag.start()]), tag.group()]
        at = tag.end()
    return "".join([*parts, _FOREIGN.sub(_in_language, markup[at:])])


def _in_language(found: re.Match[str]) -> str:
    return f'<span lang="{found.lastgroup}">{found.group()}</span>'


def shown_date(text: str) -> str:
    """An ISO 8601 date in words inside <time>, anything else as it was written."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return escape(text)
    return f'<time datetime="{day.isoformat()}">{day.day} {_MONTHS[day.month - 1]} {day.year}</time>'


def host(url: str) -> str:
    """The host of a web address as people know it, "" for any other address."""
    return web_link(url).split("//", 1)[-1].split("/", 1)[0].rpartition("@")[2].removeprefix("www.")


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


def joined(*parts: str) -> str:
    """The parts that are not empty, one a line."""
    return "\n".join(part for part in parts if part)
