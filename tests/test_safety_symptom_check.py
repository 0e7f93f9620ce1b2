import pytest

from faqbot.safety import ANSWERS, AnswerError, Question, conclude, questions
from faqbot.safety.rules_file import load_rules

CLOSED = [question for question in questions() if not question.open]


def test_questions_name_signs_of_the_rules() -> None:
    known = load_rules().signs
    assert [q.id for q in CLOSED if not q.soon and not (q.signs and set(q.signs) <= set(known))] == []


def test_questions_of_one_group_stand_together() -> None:
    groups = [question.group for question in questions()]
    assert [group for n, group in enumerate(groups) if n and group != groups[n - 1] and group in groups[:n]] == []


@pytest.mark.parametrize(
    ("answers", "level", "rule"),
    [
        ({"numb_between_legs": "yes"}, "emergency", "saddle-numbness"),
        ({"cannot_pee": "yes"}, "emergency", "bladder-retention"),
        ({"leaking": "yes"}, "emergency", "incontinence"),
        ({"both_legs": "yes"}, "emergency", "both-legs-numb"),
        ({"one_leg": "yes"}, "urgent", "leg-weakness"),
        ({"unsteady": "yes"}, "urgent", "cord-signs"),
        ({"accident": "yes"}, "emergency", "major-trauma"),
        ({"fever": "yes"}, "urgent", "fever-with-back-pain"),
        ({"fever": "yes", "one_leg": "yes"}, "emergency", "infection-with-nerve-signs"),
        ({"weight": "yes"}, "urgent", "unexplained-weight-loss"),
        ({"night": "yes"}, "urgent", "constant-night-pain"),
        ({"lump": "yes"}, "urgent", "new-lump"),
        ({"chest": "yes"}, "emergency", "chest-pain"),
        ({"breath": "yes"}, "emergency", "lung-clot"),
        ({"belly": "yes"}, "emergency", "aorta"),
        ({"calf": "yes"}, "urgent", "leg-clot"),
        ({"cold_leg": "yes"}, "emergency", "leg-without-blood"),
        ({"urine": "yes"}, "urgent", "blood-in-urine"),
        ({"cancer": "yes"}, "urgent", "cancer-with-back-pain"),
        ({"bones": "yes", "small_fall": "yes"}, "urgent", "fragile-fracture"),
        ({"older": "yes", "small_fall": "yes"}, "urgent", "fragile-fracture"),
        ({"immune": "yes"}, "urgent", "infection-risk-with-back-pain"),
        ({"pregnant": "yes", "pregnant_signs": "yes"}, "urgent", "pregnancy-signs"),
        ({"pregnant": "yes", "pregnant_bleeding": "yes"}, "emergency", "pregnancy-bleeding"),
        ({"child": "yes"}, "urgent", "child-with-back-pain"),
        ({"tablets": "yes"}, "emergency", "overdose"),
        ({"stools": "yes"}, "urgent", "black-stools"),
        ({"suicide": "yes"}, "emergency", "crisis"),
    ],
)
def test_a_yes_and_a_not_sure_reach_the_level_of_the_rule(answers: dict[str, str], level: str, rule: str) -> None:
    for answer in ("yes", "not sure"):
        alert = conclude({name: answer for name in answers})
        assert (alert.level, rule in alert.rules) == (level, True)


@pytest.mark.parametrize("answers", [{}, {q.id: "no" for q in CLOSED}, {"older": "yes"}, {"pregnant": "yes"}])
def test_without_a_finding_the_card_rules_nothing_out(answers: dict[str, str]) -> None:
    alert = conclude(answers)
    assert (alert.level, alert.heading) == ("none", "This check cannot rule out a serious cause")
    assert "cannot pee" in alert.message


def test_long_stiffness_leads_to_an_appointment() -> None:
    assert conclude({"stiff_mornings": "not sure"}).heading == "Make an appointment with a clinician in the next days"


def test_open_answers_are_read_like_messages() -> None:
    assert conclude({"where": "low back, and my groin is numb"}).level == "emergency"


def test_the_card_names_the_answers() -> None:
    question = next(q for q in CLOSED if q.id == "fever")
    assert conclude({"fever": "not sure"}).body[0] == f"Because you answered: “{question.text} Not sure”."


@pytest.mark.parametrize("question", CLOSED, ids=lambda question: question.id)
def test_a_no_never_says_more_than_nothing(question: Question) -> None:
    assert conclude({question.id: "no"}).level == "none"
    assert ANSWERS == ("yes", "no", "not sure")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [({"colour": "yes"}, "There is no question 'colour'"), ({"fever": "maybe"}, "expected one of: yes, no, not sure")],
)
def test_a_wrong_answer_is_refused(answers: dict[str, str], problem: str) -> None:
    with pytest.raises(AnswerError, match=problem):
        conclude(answers)
