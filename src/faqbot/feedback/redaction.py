"""Redaction: replace obvious personal data in a question by marks.

Names, e-mail and postal addresses, telephone, NHS and other long numbers, and full dates become a mark such as [name].
What is told by patterns alone is never complete: a name without "my name is" before it stays. docs/feedback.md says so.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

NAME, EMAIL, PHONE, NHS = "[name]", "[e-mail]", "[phone]", "[NHS number]"
BIRTH, DATE, POSTCODE, ADDRESS, NUMBER = "[date of birth]", "[date]", "[postcode]", "[address]", "[number]"
MARKS = frozenset((NAME, EMAIL, PHONE, NHS, BIRTH, DATE, POSTCODE, ADDRESS, NUMBER))

Replace = str | Callable[[re.Match[str]], str]  # as re.sub takes it

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_FULL_DATE = (
    rf"(?:{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}|{_DAY}[-/. ](?:0?[1-9]|1[0-2])[-/. ]{_YEAR}"
    rf"|(?:0?[1-9]|1[0-2])[-/.]{_DAY}[-/.]{_YEAR}"
    rf"|{_DAY}[ -](?:of )?{_MONTH},?[ -]{_YEAR}|{_MONTH} {_DAY},? {_YEAR})"
)
_ANY_DATE = (
    rf"(?:{_FULL_DATE}|{_DAY}[-/. ](?:0?[1-9]|1[0-2])[-/. ]\d\d"
    rf"|{_DAY} (?:of )?{_MONTH}(?: \d\d)?|{_YEAR}|{_DAY}\d{{6}})"
)
_SAYS_BIRTH = r"\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born)(?: is| was)?(?: on| in)?[ :=-]*(?:the )?"

_WORD = r"[^\W\d_][\w'’-]*"
_TITLE = r"(?:mr|mrs|ms|miss|dr|doctor|prof|professor|nurse)\b\.?"
_KIN = (
    "wife|husband|partner|son|daughter|mother|mum|mom|father|dad|sister|brother|friend|doctor|gp|physio|"
    "physiotherapist|nurse|boss|neighbour|grandson|granddaughter|girlfriend|boyfriend"
)
_STREET = (
    "street|st|road|rd|avenue|ave|lane|drive|close|court|crescent|gardens|terrace|square|place|grove|way|boulevard"
)
# Words that are names too: as the first they count as one.
_MAYBE_NAME = frozenset(("dear", "grace", "hope", "joy", "long", "mark", "may", "pat", "rich", "sue", "will"))
# "1ST" to "9TH" end like a postcode.
_ORDINAL = re.compile(r"\d(?:ST|ND|RD|TH)")
_VERTEBRA = re.compile(r"[CTLS]\d\d?")


def redact(text: str) -> str:
    """The text without obvious personal data, each piece replaced by its mark, and without what is no character."""
    found = "".join(map(_readable, text))
    for pattern, replace in _rules():
        found = pattern.sub(replace, found)
    return found


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Replace], ...]:
    return tuple((re.compile(pattern), replace) for pattern, replace in _PATTERNS.items())


@cache
def _not_names() -> frozenset[str]:
    lines = files("faqbot.feedback").joinpath("not_names.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _readable(character: str) -> str:
    """The character, a plain space for a strange one, nothing for what cannot be seen."""
    if character.isprintable() or character == "\n":
        return character
    return " " if character.isspace() else ""


def _name(match: re.Match[str]) -> str:
    """Keep the lead and whatever of the words after it is no name."""
    words = match[2].split(" ")
    taken = 0
    for word in words:
        if word.strip("'’-").casefold() in _not_names() or (taken and word in _MAYBE_NAME):
            break
        taken += 1
    if not taken:
        return match[0]
    return " ".join((match[1].rstrip(), NAME, *words[taken:]))


def _capital_name(match: re.Match[str]) -> str:
    """The same for a weaker lead, which only words with capitals follow as a name."""
    return match[0] if not match[2][0].isupper() else _name(match)


def _phone(match: re.Match[str]) -> str:
    digits = sum(character.isdecimal() for character in match[0])
    return PHONE if 9 <= digits <= 15 else match[0]


def _ten_digits(match: re.Match[str]) -> str:
    """Ten digits in threes and four: an NHS number where its check digit is right, else a telephone number."""
    return NHS if _is_nhs([int(character) for character in match[0] if character.isdecimal()]) else PHONE


def _is_nhs(digits: list[int]) -> bool:
    """The modulus 11 check of the NHS Data Dictionary."""
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return digits[9] == rest % 11 and rest != 10


def _postcode(match: re.Match[str]) -> str:
    outward, inward = match[1].upper(), match[2].upper()
    ordinal = _ORDINAL.fullmatch(inward) and (_VERTEBRA.fullmatch(outward) or match[0] != match[0].upper())
    level = _VERTEBRA.fullmatch(outward) and match[0] != match[0].upper()
    return match[0] if ordinal or level else POSTCODE


_NAMES = rf"({_WORD}(?: {_WORD}){{0,2}})"
_PATTERNS: Mapping[str, Replace] = {
    r"(?i)[\w.+'-]+@[\w-]+(?:\.[\w-]+)+": EMAIL,
    r"(?i)\b[\w.+-]+ (?:at|\(at\)|\[at\]) [\w-]+(?: (?:dot|\(dot\)|\[dot\]) [\w-]+)+": EMAIL,
    rf"(?i)({_SAYS_BIRTH}){_ANY_DATE}(?!\d)": rf"\1{BIRTH}",
    rf"(?i)(?<![\w/.-]){_FULL_DATE}(?![\w/-])": DATE,
    r"(?i)\b(nhs (?:number|no\.?|num)?(?: is)?[ :#]*)\d(?:[ -]?\d){8,9}(?!\d)": rf"\1{NHS}",
    r"(?i)\b[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]\b": NUMBER,
    r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])": NUMBER,
    r"(?<!\d)(?:\d{4}[ -]){3}\d{4}(?!\d)": NUMBER,
    r"(?<![\w.+])\d{3}[ -]\d{3}[ -]\d{4}(?!\d)": _ten_digits,
    r"(?<![\w.])(?:\+ ?\d|\(?0\d)[\d ()./-]{6,}\d(?!\d)": _phone,
    r"(?<!\w)\(\d{3}\) ?\d{3}[ .-]?\d{4}(?!\d)|(?<![\w.])\d{3}\.\d{3}\.\d{4}(?!\d)": PHONE,
    r"(?i)\b((?:call|ring|text|phone|reach) (?:me|us|him|her)?(?: back)? ?(?:on|at)[ :]*"
    r"|(?:phone|tel|telephone|mobile|cell)(?: number| no\.?)?(?: is)?[ :.]*)\d[\d ()./-]{4,}\d(?!\d)": rf"\1{PHONE}",
    r"(?<![\w.])\d{10}(?!\d)": _ten_digits,
    r"(?<![\w.,])\d{9,}(?!\d)": NUMBER,
    r"(?i)\b((?:hospital|patient|insurance|policy|passport|medicare|record) (?:number|no\.?|id)(?: is)?[ :#]*)"
    r"(?=[a-z]*\d)[a-z\d]{5,}(?:[ -][a-z]*\d[a-z\d]*)*": rf"\1{NUMBER}",
    r"(?i)\b(zip(?: code)?(?: is)?[ :]*)\d{5}(?:-\d{4})?(?!\d)": rf"\1{POSTCODE}",
    r"(?i)\b(post ?code(?: is)?[ :]*)[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b": rf"\1{POSTCODE}",
    r"(?i)(?<![\w/])([a-z]{1,2}\d[a-z\d]?) ?(\d[abd-hjlnp-uw-z]{2})\b": _postcode,
    rf"\b\d{{1,4}}[a-z]?,? (?:[A-Z][\w'’-]+ ){{1,3}}(?i:{_STREET})\b\.?": ADDRESS,
    r"(?i)\b(my (?:full |first |last |given |family )?(?:sur)?name(?: is|'s|’s|s)?[\s:]+"
    rf"(?:{_TITLE} )?){_NAMES}": _name,
    rf"(?im)(^(?:sur|full |first |last )?name: ?){_NAMES}": _name,
    rf"(?i)\b((?:this is|it is|it's|it’s) (?:{_TITLE} )?){_NAMES}(?= (?:speaking|here|calling|writing)\b)": _name,
    rf"(?i)\b((?:i am|i'm|i’m|im|i was) (?:called|named) ){_NAMES}": _capital_name,
    rf"(?i)\b((?:people|friends|they|everyone|everybody|just|please|you can) call me ){_NAMES}": _capital_name,
    rf"\b([Cc]all me |[Ii] am |[Ii]'m |[Ii]’m ){_NAMES.replace('{0,2}', '{1,2}')}(?=[,.;!?\n]|$| and\b)": _capital_name,
    r"(?i:(\b(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening))[,!. ]+(?:there[,!. ]+)?(?:i am|i'm|i’m|im) ))"
    r"([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)": _name,
    r"\b([Ii] am |[Ii]['’]m )([A-Z][\w'’-]+)(?=,? (?:and |aged? )?(?:[Ii]['’]m\b|[Ii] am\b|\d))": _name,
    rf"(?i)(\b{_TITLE} )(?-i:([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){{0,2}}))": _name,
    rf"(?i:(\bmy (?:{_KIN}),? (?:(?:who )?is |was )?(?:called |named )?))([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)": _name,
    r"(?i:(\b(?:regards|wishes|thanks|thank you|cheers|sincerely|faithfully|love),?[ \n]+))"
    r"([A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})(?=[.!\s]*$)": _name,
}
