"""What `faqbot eval` holds its figures against, and what `verify`, `repair` and `rollback` print."""

import json
from pathlib import Path

import pytest

from command_line import run
from faqbot.cli.evaluate import compare_figures, missed_thresholds, read_baseline
from faqbot.errors import FaqbotError
from faqbot.index import publish, versions
from index_samples import sample_contents, sample_encoder

FIGURES = {"all.hit": 0.81, "all.refused": 0.05, "faq.hit": 0.9}


@pytest.mark.parametrize(
    ("thresholds", "missed"),
    [
        ("[all]\nhit = 0.81\n", []),
        ("[all]\nhit = 0.811\n", ["MISSED all.hit: 0.810, threshold 0.811"]),
        ("[all]\nrefused_most = 0.05\n", []),
        ("[all]\nrefused_most = 0.04\n", ["MISSED all.refused_most: 0.050, threshold 0.04"]),
        ("[all]\nhits = 0.1\n", ["threshold all.hits: no such figure. Figures: all.hit, all.refused, faq.hit"]),
    ],
)
def test_a_figure_below_its_threshold_or_above_its_ceiling_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], thresholds: str, missed: list[str]
) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(thresholds, encoding="utf-8")
    assert missed_thresholds(FIGURES, path, "") == missed
    assert capsys.readouterr().err == f"{len(missed)} of 1 thresholds missed\n"


def test_thresholds_may_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text("[shipped.faq]\nhit = 0.95\n[other.all]\nhit = 1.0\n", encoding="utf-8")
    assert missed_thresholds(FIGURES, path, "shipped") == ["MISSED faq.hit: 0.900, threshold 0.95"]
    with pytest.raises(FaqbotError, match="no table for 'third'"):
        missed_thresholds(FIGURES, path, "third")


def test_figures_that_changed_are_shown_beside_the_earlier_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "before.json"
    path.write_text(json.dumps({"figures": {"all.hit": 0.8, "faq.hit": 0.9004, "gone": 1.0}}), encoding="utf-8")
    compare_figures(FIGURES, read_baseline(path))
    assert capsys.readouterr().out == "all.hit: 0.800 -> 0.810\n"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(FaqbotError, match=r"before\.json is no file of earlier figures"):
        read_baseline(path)


def test_an_index_is_verified_and_rolled_back_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, encoder = tmp_path / "index", sample_encoder(tmp_path / "encoder")
    first, second = (publish(index, sample_contents(), encoder_folder=encoder).id for _ in range(2))
    assert run(capsys, "verify", "--index", str(index)) == (0, f"{index}: every file is as it was sealed\n", "")
    code, shown, _ = run(capsys, "rollback", "--index", str(index))
    lines = shown.splitlines()
    assert (code, lines[0]) == (0, f"{index}: now serves {first}; has:")
    assert [line.split()[0] for line in lines[1:]] == [first, second]
    assert all(line.endswith("5 passages of 1 documents") for line in lines[1:])
    vectors = index / "000001.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-1])
    code, shown, _ = run(capsys, "verify", "--index", str(index))
    assert (code, "000001.faiss is damaged" in shown) == (1, True)
    (index / "CURRENT").unlink()
    assert run(capsys, "rollback", "--index", str(index))[0] == 0
    assert [version.id for version in versions(index)] == [second, first]
