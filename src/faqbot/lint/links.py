"""Documents go in; links that lead nowhere, as far as that can be seen without the network, come out."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from faqbot.lint.findings import Finding, place_of
from faqbot.types import Document

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\n]*)\)?")
_SCHEMES = ("http", "https")


def check_links(corpus: Path, documents: Sequence[Document]) -> Iterator[Finding]:
    """Links in the text and the addresses of sources: web addresses well formed, pages of the corpus there."""
    for document in documents:
        for found in _LINK.finditer(document.text):
            wrong = _wrong(found[0], found[1], found[2].strip(), (corpus / document.id).parent)
            if wrong:
                yield Finding(document.id, place_of(document, found.start()), "link", wrong)
        for source in document.sources:
            if source.url and not _is_web_address(source.url):
                yield Finding(
                    document.id, "front matter", "link", f"{source.url} is no web address. Write it as https://..."
                )


def _wrong(link: str, label: str, target: str, folder: Path) -> str:
    """What is wrong with a link; empty if nothing is."""
    if not link.endswith(")"):
        return f"{link} is not closed. Add the round bracket"
    if not label.strip() or not target:
        return f"{link} has no {'label' if target else 'target'}"
    if urlsplit(target).scheme or target.startswith("//"):
        return "" if _is_web_address(target) else f"{target} is no web address. Write it as https://..."
    path = unquote(target.partition("#")[0])
    return "" if not path or (folder / path).exists() else f"{target} is not there. Links go from the page's own folder"


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and "." in parts.netloc.strip(".") and not re.search(r"\s", url)
