"""The labelled contracts that the clause model is trained and judged on (CUAD v1, CC BY 4.0, The Atticus Project)."""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pactoria_desktop.contract.segmentation import ReviewedText, Sentence, plain_text, sentences_of


class CorpusMissingError(Exception):
    """The labelled contracts are not where they are looked for; the message says where that is."""


@dataclass(frozen=True)
class LabelledContract:
    """A contract, its sentences, and the labelled passages by category as (start, end) in code points."""

    title: str
    reviewed: ReviewedText
    sentences: tuple[Sentence, ...]
    labels: dict[str, list[tuple[int, int]]]

    @property
    def text(self) -> str:
        """The contract's text."""
        return self.reviewed.text

    def passages(self, category: str) -> list[str]:
        """The words of the labelled passages of a category."""
        return [self.text[start:end] for start, end in self.labels.get(category, [])]


def corpus_folder(named: str | None = None) -> Path:
    """The folder of CUAD: the one named, else below PACTORIA_CORPUS, else ``../shared/data`` beside the checkout.

    Raises CorpusMissingError when it is not there.
    """
    checkout = Path(__file__).resolve().parents[2]
    base = os.environ.get("PACTORIA_CORPUS")
    folder = Path(named) if named else (Path(base) if base else checkout.parent / "shared" / "data") / "cuad"
    if not (folder / "spans.jsonl").is_file():
        raise CorpusMissingError(f"The labelled contracts are not in {folder}; name it or set PACTORIA_CORPUS.")
    return folder


def categories_in(folder: Path) -> tuple[str, ...]:
    """The categories in the order of the corpus."""
    with (folder / "categories.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["category"] for row in csv.DictReader(file))


def contracts_in(folder: Path, limit: int | None = None) -> Iterable[LabelledContract]:
    """The labelled contracts in title order; at most ``limit`` of them."""
    with (folder / "spans.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if limit is not None and number >= limit:
                return
            row = json.loads(line)
            with (folder / "contracts" / row["file"]).open(encoding="utf-8", newline="") as file:
                reviewed = plain_text(file.read())
            labels = {name: [(start, end) for start, end in spans] for name, spans in row["labels"].items()}
            yield LabelledContract(row["title"], reviewed, sentences_of(reviewed), labels)


def folds_by_filer(titles: Iterable[str], folds: int, seed: int) -> list[int]:
    """The fold of each title; contracts of one filer (the title up to its first underscore) share a fold."""
    filers = [title.partition("_")[0] for title in titles]
    order = sorted(set(filers))
    Random(seed).shuffle(order)
    place = {filer: index % folds for index, filer in enumerate(order)}
    return [place[filer] for filer in filers]
