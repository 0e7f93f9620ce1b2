"""The errors that faqbot raises. Each message says what was found, what was expected and what to do."""

from faqbot.types import Alert


class FaqbotError(Exception):
    """Anything that goes wrong for a reason the caller can mend; its text is fit to be shown to a person."""


class SettingsError(FaqbotError):
    """A setting or an option has a value that cannot be used."""


class MissingExtraError(FaqbotError):
    """A package of an optional extra is not installed; the message says how to install it."""


class QuestionError(FaqbotError):
    """A question that cannot be answered as it is: empty, too long, or not text.

    `alert` is what the safety rules saw in it: an over-long message may still be an emergency.
    """

    def __init__(self, message: str, alert: Alert | None = None) -> None:
        super().__init__(message)
        self.alert = alert or Alert()


class ReadError(FaqbotError):
    """A file that cannot be read as a document."""


class CorpusError(FaqbotError):
    """A corpus folder that holds nothing to index."""


class EncoderError(FaqbotError):
    """A model that is missing, damaged, or not the one that an index was made with."""


class IndexMissingError(FaqbotError):
    """There is no index where one was expected."""


class IndexDamagedError(FaqbotError):
    """A file of an index is missing, cut short or changed; the message names it."""


class IndexMismatchError(FaqbotError):
    """An index of another format, or made with another encoder."""


class IndexBusyError(FaqbotError):
    """Another process is building this index."""


class IndexWriteError(FaqbotError):
    """An index that cannot be written: the disk is full, the folder read-only; the one in use is unchanged."""


class EngineError(FaqbotError):
    """The engine that holds the passages does not answer; the message says which, and when it is asked again."""


class FeedbackError(FaqbotError):
    """Feedback that cannot be kept, or a feedback file that cannot be used."""


class RulesError(FaqbotError):
    """A safety rules file with a mistake; the message names the file and the line."""


def need(package: str, extra: str, error: ImportError) -> MissingExtraError:
    """Return the error for a package that an extra brings: what is missing, and how to install it."""
    return MissingExtraError(
        f"This needs the package {package} ({error}). Run: pip install -e '.[{extra}]' in the checkout, "
        f"or install the wheel with its [{extra}] extra"
    )
