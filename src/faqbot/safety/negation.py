"""Negation: whether a person denies a sign, says that it is over, or names what explains it away."""

from bisect import bisect_right
from itertools import pairwise

from faqbot.safety.context import LIST_MARKS, LONGEST_ITEM, OR, TERMINATORS, TURNS_BACK, Message, Scope, word_set
from faqbot.safety.matcher import Match, Mention

_BACKWARD_WITHIN = 14
_AFFIRMED_WITHIN = 6
_CUE_WITHIN = 4
_RESOLVED_WITHIN = 5
_RESOLVED_LATER_WITHIN = 10
_ASKED_WITHIN = 4
_ANSWER_MARKS = frozenset("?:–—-(|=")
_THEY = word_set("hes shes he she theyre they")
MAKES_LIGHT = word_set("says said saying say insists thinks reckons claims swears told")
_NOT_RESOLVED = ("i", "im", "be")  # "I went", "can it be normal"
_BEGINS_QUESTION = word_set("should shall can could would what which how any is are do does will")


def is_negated(message: Message, match: Match) -> bool:
    """Whether the person says that this is not so, or no longer so.

    Only the words that say what is wrong can be negated, not the part of the body: "no weakness, groin numb".
    """
    words = message.words
    if "yet" in words.words[match.end : match.end + 1]:  # what is "not yet" may come
        return False
    sentence = words.sentences[match.start]
    if is_affirmed(message, match) or _is_retracted(message, match):
        return False
    if any(_lists(message, trigger, match) for trigger in message.near("negation_list", sentence)):
        return True
    if _unticked(message, match):
        return True
    lasts = match.sign.kind == "risk"  # a cancer that is cured, bones that were treated: the risk stays
    claimed = max((claim.start for claim in message.near("claim", sentence)), default=-1)  # "but actually I am"
    behind = message.near("negation_backward_sentence", sentence)  # "none of that applies to me" is no claim
    if not lasts and any(match.end <= trigger.start and claimed < trigger.end for trigger in behind):
        return True
    if _next_sentence_negates(message, match):
        return True
    heads = [part for part in match.mentions if not message.is_beside(part)] or list(match.mentions)
    scopes = [
        scope
        for near in range(sentence, words.sentences[match.end - 1] + 1)
        for scope in message.negation_scopes.get(near, ())
    ]
    if any(scope.start <= head.start < scope.end for scope in scopes for head in heads):
        return True
    if any(_parts_cut(match, scope) for scope in scopes):
        return True
    if match.sign.kind == "plea":  # only "I don't want to die" negates it, not a "fine" that follows
        return False
    ends = {match.end, *(head.end for head in heads)}
    return any(_answered(message, end) for end in ends) or (
        not lasts and (_is_resolved(message, match) or _is_resolved_later(message, match))
    )


def _parts_cut(match: Match, scope: Scope) -> bool:
    """Whether a trigger stands between the parts of a sign and reaches the later one: "it aches but no chest ..."."""
    return match.start < scope.start and any(scope.start <= part.start < scope.end for part in match.mentions)


def _lists(message: Message, trigger: Mention, match: Match) -> bool:
    """Whether a trigger such as "none of these:" comes before a sign, and no "except" in between."""
    between = message.words.words[trigger.end : match.start]
    return trigger.start < match.start and TERMINATORS.isdisjoint(between) and "from" not in between


def _unticked(message: Message, match: Match) -> bool:
    """Whether the sign is an item of a list of boxes that is not ticked."""
    before = message.words.words[max(0, match.start - LONGEST_ITEM + 1) : match.start]
    return [word for word in before if word in ("ticked", "unticked")][-1:] == ["unticked"]


def _next_sentence_negates(message: Message, match: Match) -> bool:
    """Whether the next sentence begins by saying that none of it is so: "None of that is me." """
    sentences = message.words.sentences
    first = bisect_right(sentences, sentences[match.end - 1])
    behind = message.starts_at("negation_next_sentence", first) if first < len(sentences) else None
    return behind is not None and message.ends_clause(behind.end)  # not "None of these tablets help"


def is_affirmed(message: Message, match: Match) -> bool:
    """Whether an answer right behind affirms: "numb groin: yes"."""
    words = message.words
    if "affirmation_backward" not in message.mentions:
        return False
    for position in range(match.end, min(match.end + _AFFIRMED_WITHIN, len(words.words))):
        if message.starts_at("affirmation_backward", position) and words.marks[position]:
            return True
        if words.words[position] in ("a", "answer") and words.marks[position]:  # "Q: any numbness? A: yes"
            continue
        if message.starts_at("negation_backward", position):
            return False
    return False


def _answered(message: Message, end: int) -> bool:
    """Whether an answer right behind negates: "fever? no", "numbness: none", "chills no", "fever, chills: none"."""
    words = message.words
    if "negation_backward" not in message.mentions:
        return False
    listed = False
    for position in range(end, min(end + _BACKWARD_WITHIN, len(words.words))):
        mark = words.marks[position]
        answer = message.starts_at("negation_backward", position)
        if answer and words.words[position - 1] != "be" and _ends_answer(message, answer):
            return not listed or not _ANSWER_MARKS.isdisjoint(mark)
        if not set(mark) <= LIST_MARKS:
            return False
        listed = listed or bool(mark) or words.words[position] in OR or position - end >= 4
        if position not in message.transparent and words.words[position] not in OR:
            return False
    return False


def _ends_answer(message: Message, answer: Mention) -> bool:
    return message.ends_clause(answer.end) or message.starts_at("negation_backward", answer.end) is not None


def _is_retracted(message: Message, match: Match) -> bool:
    """Whether a negation is taken back behind it: "I said no numbness earlier, but there is"."""
    sentence = message.words.sentences[match.end - 1]
    return any(
        match.end <= claim.start <= match.end + _BACKWARD_WITHIN
        for near in (sentence, sentence + 1)
        for claim in message.near("negation_retracted", near)
    )


def _is_resolved(message: Message, match: Match) -> bool:
    """Whether the same clause goes on "has gone", "went away", "better now", "was ruled out"."""
    words = message.words
    if not {"resolved_backward", "resolved_at_end"} & message.mentions.keys():
        return False
    for position in range(match.end, min(match.end + _RESOLVED_WITHIN, len(words.words))):
        if words.sentences[position] != words.sentences[match.start] or words.marks[position]:
            return False
        if message.starts_at("resolved_backward", position) or _ended(message, position):
            return True
        if position not in message.transparent and words.words[position] not in message.rules.vocabulary.fillers:
            return False
    return False


def _ended(message: Message, position: int) -> bool:
    """Whether the clause closes with "gone", "stopped": not "I went", nor "since my back went"."""
    ended = message.starts_at("resolved_at_end", position)
    return (
        bool(ended and message.ends_clause(ended.end))
        and message.words.words[position - 1] not in _NOT_RESOLVED
        and position not in message.covered("resolved_pseudo")
    )


def _is_resolved_later(message: Message, match: Match) -> bool:
    """Whether it is resolved a few words on, also behind a comma: "but was normal", "gone now"."""
    words = message.words.words
    return any(
        match.end <= over.start < match.end + _RESOLVED_LATER_WITHIN
        and not _they_say(words[max(0, over.start - 2) : over.start + 1])
        for over in message.near("resolved_later", message.words.sentences[match.start])
    )


def _they_say(words: tuple[str, ...]) -> bool:
    """Whether it is the ill who make light of it: "he says he's fine now"."""
    return any(said in MAKES_LIGHT and who in _THEY for said, who in pairwise(words))


def _is_negated_cue(message: Message, mention: Mention) -> bool:
    """Whether a negation trigger reaches a mention that stands at most four words behind it."""
    scopes = message.negation_scopes.get(message.words.sentences[mention.start], ())
    return any(
        scope.start <= mention.start < max(scope.end, scope.start + 3) and mention.start - scope.start <= _CUE_WITHIN
        for scope in scopes
    )


def is_excluded(message: Message, match: Match) -> bool:
    """Whether words explain the sign away: wet from the rain, weight lost by dieting.

    An exclusion does so from the same sentence, an explanation from anywhere in the message.
    """
    sentence = message.words.sentences[match.start]
    return any(
        _is_reason(message, mention, match) and not _is_apart(message, mention, match)
        for concept in match.sign.exclusions
        for mention in message.near(concept, sentence)
    ) or any(
        _is_reason(message, mention, match)
        for concept in match.sign.explanations
        for mention in message.mentions.get(concept, ())
    )


def _is_reason(message: Message, mention: Mention, match: Match) -> bool:
    """Whether a mention is neither negated nor part of the sign itself."""
    is_part = any(part.start <= mention.start and mention.end <= part.end for part in match.mentions)
    return not is_part and not _is_negated_cue(message, mention)


def _is_apart(message: Message, reason: Mention, match: Match) -> bool:
    """Whether a reason is of another thought: "should I do squats when my legs are weak", "..., should I stretch?"."""
    words, marks = message.words.words, message.words.marks
    if reason.end <= match.start:
        return not TURNS_BACK.isdisjoint(words[reason.end : match.start])
    asked = "?" in "".join(marks[reason.end : reason.end + _ASKED_WITHIN])
    return any(
        marks[place] and (asked or words[place] in _BEGINS_QUESTION) for place in range(match.end, reason.start + 1)
    )
