"""Check a corpus before it is built. What is wrong is reported as lint issues, by document."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from faqbot.lint.articles import check_articles, profile_of
from faqbot.lint.issues import Issue, Limits, Profile, Ranker, Severity
from faqbot.lint.passages import check_passages, check_questions
from faqbot.lint.texts import check_copies, check_texts
from faqbot.types import Document, Passage

__all__ = ["Issue", "Limits", "Profile", "Ranker", "Severity", "lint"]

_DEFAULT = Limits()


def lint(
    corpus: Path,
    *,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    rank: Ranker | None = None,
    reference: Path | None = None,
    profile: Profile | None = None,
    limits: Limits = _DEFAULT,
    today: date | None = None,
) -> tuple[Issue, ...]:
    """Return the issues of a corpus, by document; empty if nothing is wrong.

    `rank` returns the ids of the passages found for a question, best first; without it no question is tried.
    `reference` is a folder of documents of which no run of words may be taken over. `profile` "articles" adds the
    rules for front matter, marks and reading ease, "plain" leaves them out; without it the documents decide: they are
    articles if at least half of the Markdown and YAML files state a licence or a review date.
    Raises CorpusError if `reference` is no folder.
    """
    found = [
        *check_texts(corpus, documents),
        *check_passages(passages, limits),
        *check_questions(passages, rank, limits),
        *(check_copies(documents, reference, limits) if reference else ()),
    ]
    if (profile or profile_of(documents)) == "articles":
        found = [*check_articles(documents, limits, today or date.today()), *found]
    return tuple(sorted(found, key=lambda issue: issue.path))
