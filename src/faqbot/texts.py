"""Every sentence of the page, the widget and the articles, in one place.

`faqbot.toml` replaces single ones under `[language]`. Sentences about health are marked, and `Texts.without_health`
empties them, so that an FAQ about bicycles says nothing of doctors or emergencies.
"""

import re
from dataclasses import dataclass, field, fields, replace


def _health(text: str) -> str:
    """A field for a sentence about health, safety or visits."""
    return field(default=text, metadata={"health": True})


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the interface, in English. Braces are filled in: "{words}" by the words, "{title}" by the title."""

    # The page around the conversation.
    skip: str = "Skip to the question box"
    tagline: str = "Answers quoted from sourced articles."
    not_reviewed: str = _health("Not reviewed by a clinician.")
    safety_label: str = _health("Safety advice")
    see_someone: str = _health("See a health professional about new, bad or worsening pain.")
    no_script: str = "This page needs JavaScript to answer questions."
    topics: str = "All topics, A to Z"
    question: str = "Your question"
    placeholder: str = "In your own words"
    ask: str = "Ask"
    start_again: str = "Start again"
    tab_ask: str = "Ask"
    tab_check: str = _health("Check")
    tab_visit: str = _health("My visit")
    # Before anything is asked.
    about_page: str = "About this page"
    welcome: str = "What would you like to know?"
    intro: str = (
        "You get passages from articles, word for word, each with its source. Nothing is made up: "
        "if the articles do not say, you are told so."
    )
    nothing_stored: str = "Nothing you write is stored. It is gone when you close the page."
    people_ask: str = "People often ask"
    # While an answer is under way, and when none comes.
    searching: str = "Looking through the articles …"
    failed: str = (
        "No answer came: the connection to the server was lost or it is too busy. "
        "Your question is still in the box. Wait a moment, then send it again."
    )
    stuck: str = (
        "This page has lost its connection and has to be loaded again. What is shown here will be gone: "
        "copy or print what you want to keep."
    )
    reload: str = "Load the page again"
    unwell: str = _health("If you feel very unwell, do not wait for this page: call your emergency number.")
    # An answer.
    you_wrote: str = "You wrote:"
    understood: str = "I read {corrections}."
    read_as: str = "“{word}” as “{used}”"
    very_likely: str = "This very likely answers your question."
    probably: str = "This probably answers your question."
    may_help: str = "This may help, but it is not a direct answer."
    no_answer: str = "I don't have an answer to that."
    about: str = "My articles are about: {title}."
    unmatched: str = "It does not mention {words}."
    best: str = "Best passage, word for word"
    another: str = "Another passage"
    others: str = "Other passages on this"
    for_later: str = "What the articles say, for later"
    ask_next: str = "Ask next"
    choose: str = "Did you mean one of these?"
    answering_sentence: str = "Best passage: {title} – {sentence}"
    # A passage.
    from_: str = "From:"
    reviewed: str = "Last reviewed {date}"
    whole_article: str = "Read it in the whole article"
    original: str = "Open the original source"
    sources: str = "Sources"
    source: str = "Source"
    why: str = "Why this passage"
    in_passage: str = "“{word}” is in the passage"
    met: str = "your “{word}” met “{other}”"
    duplicates: str = "Other sources that say the same"
    copy: str = "Copy"
    copied: str = "Copied"
    copy_link: str = "Copy link"
    no_copy: str = "Your browser does not allow copying here"
    print: str = "Print"
    read_aloud: str = "Read aloud"
    stop_reading: str = "Stop reading"
    keep: str = _health("Add to my visit summary")
    kept: str = _health("Added")
    table: str = "Table"
    # Alerts.
    level_emergency: str = _health("Emergency")
    level_urgent: str = _health("Urgent")
    level_conditional: str = _health("Check this first")
    level_advice: str = _health("Advice")
    level_crisis: str = _health("Help now")
    prefix_emergency: str = _health("Immediate action required:")
    prefix_urgent: str = _health("Urgent advice:")
    prefix_conditional: str = _health("If this is happening to you:")
    prefix_advice: str = _health("Advice:")
    still_holds: str = _health("This still holds, because of what you wrote before.")
    because_wrote: str = _health("Because you wrote")
    because_answered: str = _health("Because you answered")
    not_meant: str = _health("That is not what I meant")
    call: str = "Call {number}"
    region_label: str = _health("Where are you? Numbers to call")
    region_neutral: str = _health("Anywhere (112, 911, 999)")
    region_uk: str = _health("United Kingdom")
    region_us: str = _health("United States")
    region_eu: str = _health("European Union")
    # The symptom check and the summary for a visit.
    check_intro: str = _health(
        "One question at a time. Skip what you like; “Not sure” counts as much as “Yes”. "
        "Your answers stay on this page and are gone when you leave it."
    )
    check_note: str = _health(
        "This check looks for warning signs. It cannot rule anything out. "
        "If you are worried, see a health professional."
    )
    check_start: str = _health("Start the check")
    check_progress: str = _health("Question {at} of {all}")
    check_back: str = _health("Back")
    check_skip: str = _health("Skip")
    check_next: str = _health("Next")
    check_finish: str = _health("Show what to do")
    check_again: str = _health("Start the check again")
    check_stopped: str = _health("The check stops here: do this first.")
    check_go_on: str = _health("Go on with the check all the same")
    yes: str = _health("Yes")
    no: str = _health("No")
    not_sure: str = _health("Not sure")
    visit_heading: str = _health("For your visit")
    visit_intro: str = _health(
        "One page to show or read out: what you wrote, what you answered in the check, and the passages you added. "
        "It is made now and stored nowhere."
    )
    visit_make: str = _health("Make my summary")
    visit_ready: str = _health("Your summary is ready.")
    save_page: str = _health("Save as a page")
    # Feedback.
    feedback_label: str = "Feedback on this answer"
    feedback_question: str = "Did this help?"
    feedback_helpful: str = "Yes, it helped"
    feedback_not_helpful: str = "No, it did not help"
    feedback_did_not_answer: str = "This did not answer my question"
    feedback_thanks: str = "Thank you. This helps to make the articles better."
    feedback_sending: str = "Sending …"
    feedback_unsent: str = (
        "This could not be sent: the connection to the server was lost or it is too busy. Try again in a moment."
    )
    feedback_instead: str = "Perhaps one of these does:"
    feedback_contact: str = "You can also ask a person: {contact}"
    feedback_on: str = (
        "Feedback is on: questions without an answer, and answers you judge, are kept to make the articles better, "
        "without who you are. Please leave out names and numbers."
    )
    feedback_what: str = "Feedback is on: what is kept"
    feedback_stored: str = (
        "A question that gets no answer, and one whose answer you judge with the buttons under it: with the passage "
        "that was shown, how sure the answer was, what you said of it, and the day."
    )
    feedback_removed: str = (
        "Names, addresses, dates and numbers are taken out where they can be recognised, which is not always. "
        "Of all other questions only their number is kept."
    )
    feedback_not_stored: str = "Not kept: who you are, where you write from, and the rest of the conversation."
    feedback_no_emergency: str = _health("What is written in an emergency is not kept either.")
    feedback_where: str = (
        "It goes into a file of whoever runs this page, and nowhere else. Ask them to have something deleted."
    )
    # Articles and topics.
    back: str = "Back to the questions"
    not_found: str = "Not found"
    article_sources: str = "Sources of this article"
    topics_heading: str = "All topics, A to Z"
    topics_intro: str = "Every article and every question that has an answer here."
    topics_letters: str = "Letters"
    # Search as you type.
    suggestions: str = "Questions that have an answer"
    suggestions_found: str = "{n} questions found. Use the arrow keys to choose."
    # The widget.
    widget_open: str = "Ask a question"
    widget_close: str = "Close"
    widget_greeting: str = "Ask in your own words. You get passages from articles, with their sources."

    def without_health(self) -> "Texts":
        """Return the same texts with every sentence about health, safety and visits empty."""
        return replace(self, **dict.fromkeys(HEALTH_FIELDS, ""))


HEALTH_FIELDS = frozenset(each.name for each in fields(Texts) if each.metadata)


def fill(text: str, **values: str) -> str:
    """Return the text with each "{name}" that has a value replaced by it; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def text_names() -> tuple[str, ...]:
    """Return the names that `[language]` may use."""
    return tuple(each.name for each in fields(Texts))
