"""How well questions are grouped by what they ask: a corpus and its index go in, a table by threshold comes out.

    python scripts/measure_grouping.py [CORPUS] [INDEX]

The other ways to ask the entries of the corpus are grouped; those of one entry should be together and no others with
them. Precision and recall are B-cubed (Bagga and Baldwin 1998): of a wording's group, the share that asks the same
entry; of the wordings of its entry, the share that is in its group.
"""

import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from faqbot.bot import open_encoder
from faqbot.building import read_all
from faqbot.feedback.clustering import SIMILAR, clusters
from faqbot.index import open_index
from faqbot.readers import discover

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


def main(corpus: str = "corpus", index: str = "index") -> None:
    """Encode, group at each threshold, and print."""
    documents, _ = read_all(discover(Path(corpus)).files)
    pairs = [pair for document in documents for pair in document.pairs if pair.alternates]
    wordings = [way for pair in pairs for way in pair.alternates]
    asked = np.array([number for number, pair in enumerate(pairs) for _ in pair.alternates])
    with closing(open_index(Path(index))) as generation:
        encoded = open_encoder(generation).encode(wordings, prompt=generation.encoder.query_prompt)
    vectors = np.stack([each.vector for each in encoded])
    print(f"{len(wordings)} wordings of {len(pairs)} entries; faqbot unanswered groups from {SIMILAR}\n")
    print("| mean cosine from | groups | precision | recall | largest |\n|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        groups = clusters(vectors, threshold)
        group = np.empty(len(wordings), int)
        for number, rows in enumerate(groups):
            group[rows] = number
        together, same = group[:, None] == group, asked[:, None] == asked
        right = (together & same).sum(axis=1)
        precision, recall = (right / together.sum(axis=1)).mean(), (right / same.sum(axis=1)).mean()
        print(f"| {threshold} | {len(groups)} | {precision:.2f} | {recall:.2f} | {max(map(len, groups))} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
