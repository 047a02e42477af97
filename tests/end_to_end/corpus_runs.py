"""Runs the commands' services over whole corpora and judges the outcome by means that share no code with the product.

``python -m tests.end_to_end.corpus_runs [--files N] [--edits N] [--seed N]`` prints every failure with its cause and
what was refused, by sentence.
"""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pactoria_desktop.documents.tracked import Selection
from pactoria_desktop.replica.identity import Identity
from pactoria_desktop.runtime.clock import SystemClock
from pactoria_desktop.runtime.errors import PactoriaError
from pactoria_desktop.services import files
from pactoria_desktop.services.operations import parse_operations
from pactoria_desktop.services.sources import Source, read_source
from tests.conftest import CORPUS
from tests.end_to_end.corpus_judge import AUTHOR, DATE, Opened, Operation, Trial, edit_problems, members_of, view

WORD = CORPUS / "word"
WORDS = [
    "shall", " and the ", "thirty (30) days", "“Buyer”", "§ 7", "é😀", "👩‍⚖️", "עברית", "a\tb", "x\u2028y", "&<>",
    "]]>", " ",
]  # fmt: skip
RANKS = {"main": 0, "footnote": 1, "endnote": 2, "header": 3, "footer": 4, "textbox": 5}
CELLS = re.compile(rb"<w:cell(?:Ins|Del|Merge)[\s/>]")  # which the oracle does not know
MARKED = re.compile(rb"<\w+:(?:ins|del|move\w+|cell(?:Ins|Del|Merge)|\w+Change|\w+(?:Ins|Del|Move\w*)Range\w+)[\s>]")


def word_files() -> list[Path]:
    """Every Word file of the corpus, in order of name."""
    return sorted(WORD.rglob("*.docx"))


def sentence_problem(error: PactoriaError) -> str | None:
    """What is wrong with a refusal as one sentence for people."""
    words = error.sentence
    if "\n" in words or not words.endswith((".", "`.")) or len(words) > 400 or "Traceback" in words:
        return f"a refusal that is no sentence: {words!r}"
    return None


@dataclass
class Report:
    """What a run found. ``refused`` counts sentences with their numbers left out."""

    files: int = 0
    opened: int = 0
    edits: int = 0
    operations: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def opened(path: Path, report: Report) -> Opened | None:
    """The file's text and outline; None when it is refused in one sentence."""
    report.files += 1
    name = path.relative_to(WORD) if path.is_relative_to(WORD) else path.name
    try:
        source = read_source(str(path))
        found = Opened(source, files.text_of(source), files.outline_of(source)["paragraphs"])
    except PactoriaError as error:
        report.refused["open: " + general(error.sentence, source.name if "source" in locals() else str(path))] += 1
        problem = sentence_problem(error)
        report.problems += [f"{name}: {problem}"] if problem else []
        return None
    report.opened += 1
    return found


def general(sentence: str, name: str) -> str:
    """A refusal without the file's name and numbers, for counting."""
    return re.sub(r"\d+", "N", sentence.replace(name, "FILE"))


def reading_problems(file: Opened) -> Iterator[str]:
    """What is wrong with text, outline, revisions, accept, reject and an edit without operations."""
    place = 0
    for row in file.rows:
        if row["start"] != place or file.text[row["start"] : row["end"]] != row["text"]:
            yield f"outline: the row {row['id']} is not the text at its offsets"
            break
        place = row["end"] + 1
        if file.text[place - 1 : place] != "\n":
            yield f"outline: the row {row['id']} does not end at a newline"
            break
    if place != len(file.text):
        yield "outline: rows do not cover the text"
    ranks = [RANKS.get(str(row["part"]).partition(":")[0], -1) for row in file.rows]
    if ranks != sorted(ranks) or -1 in ranks:
        yield "outline: parts are out of order"
    listed = files.revisions_of(file.source)
    ids = [str(each["id"]) for each in listed["revisions"]]
    if len(ids) != len(set(ids)):
        yield "revisions: ids are doubled"
    marked = b"".join(members_of(file.source.data).values())
    for accept in (True, False):
        resolved = files.resolve(file.source, Selection(), accept=accept)
        word = "accept" if accept else "reject"
        if resolved.left or files.revisions_of(Source(file.source.name, ".docx", resolved.data))["revisions"]:
            yield f"{word}: tracked changes are left"
        if not CELLS.search(marked) and view(resolved.data, True) != view(file.source.data, accept):
            yield f"{word}: other words than the oracle's"
        if not MARKED.search(marked) and resolved.data != file.source.data:
            yield f"{word}: bytes changed though there is nothing to decide"
    if edited(file.source, []) != file.source.data:
        yield "edit []: the bytes differ"


def edited(source: Source, operations: Sequence[Operation], *, clean: bool = False) -> bytes:
    """The file after operations, by way of the command's service."""
    identity = Identity(AUTHOR, "")
    parsed = parse_operations(json.dumps(operations))
    return files.edit(source, parsed, identity=identity, clock=SystemClock(), clean=clean, date=DATE).data


def random_operations(file: Opened, chance: random.Random) -> list[Operation]:
    """Up to six operations that do not overlap, at random places: rows of every part, and ranges over newlines."""
    wanted: list[Operation] = []
    taken: list[tuple[int, int]] = []
    for _ in range(chance.choice([1, 1, 2, 3, 6])):
        row = chance.choice(file.rows)
        start, end, identifier = row["start"], row["end"], row["id"]
        kind = chance.random()
        if kind < 0.12:
            operation = {"op": "insert_paragraph_after", "paragraph": identifier, "text": typed(chance)}
            low = high = end
        elif kind < 0.22:
            operation, low, high = {"op": "delete_paragraph", "paragraph": identifier}, start, end + 1
        else:
            low = chance.randint(start, end)
            high = min(low + chance.choice([0, 0, 1, 3, 8, 30, 120]), len(file.text) - 1)
            if chance.random() < 0.7:
                high = min(high, end)
            words = typed(chance)
            operation = {"op": "replace", "start": low, "end": max(low, high), "text": words}
            high = max(low, high)
            if kind < 0.32 and high > low:
                operation = {"op": "comment", "start": low, "end": high, "text": "Why " + words + "?"}
            elif low == high and not words:
                continue
        if all(high < one or other < low for one, other in taken):
            taken.append((low, high))
            wanted.append(operation)
    return wanted


def typed(chance: random.Random) -> str:
    """Words that somebody types, now and then with Enter."""
    words = "".join(chance.choice(WORDS) for _ in range(chance.choice([0, 1, 1, 2, 4])))
    return words + "\n" + chance.choice(WORDS) if chance.random() < 0.12 else words


def tried(file: Opened, operations: list[Operation], report: Report, *, clean: bool = False) -> Trial | None:
    """Edit; what is refused is tried again without the operations that are refused by themselves."""
    try:
        return Trial(operations, edited(file.source, operations, clean=clean))
    except PactoriaError as error:
        judge_refusal(error, file, operations, report)
    alone = []
    for operation in operations if len(operations) > 1 else []:
        try:
            data = edited(file.source, [operation], clean=clean)
        except PactoriaError as error:
            judge_refusal(error, file, [operation], report)
        else:
            alone.append((operation, data))
    if not alone:
        return None
    together = [operation for operation, _ in alone]
    if 1 < len(together) < len(operations):
        try:
            return Trial(together, edited(file.source, together, clean=clean))
        except PactoriaError as error:
            judge_refusal(error, file, together, report)
    return Trial([alone[0][0]], alone[0][1])


def judge_refusal(error: PactoriaError, file: Opened, operations: list[Operation], report: Report) -> None:
    """Count a refusal; one that speaks of a failure of the engine, or is no sentence, is a problem."""
    report.refused["edit: " + general(error.sentence, file.source.name)] += 1
    problem = sentence_problem(error)
    if "please report" in error.sentence or "could not be written" in error.sentence:
        problem = f"the engine failed: {error.sentence}"
    if problem:
        report.problems.append(f"{file.source.name}: {problem} {json.dumps(operations, ensure_ascii=False)}")


def run(paths: Sequence[Path], *, edits: int, seed: int, reading: bool = True, report: Report | None = None) -> Report:
    """Read every file, and edit each ``edits`` times; goes on with a report that was begun."""
    report = Report() if report is None else report
    for path in paths:
        try:
            file = opened(path, report)
            if file is None:
                continue
            if reading:
                report.problems += [f"{path.name}: {each}" for each in reading_problems(file)]
        except Exception as error:  # noqa: BLE001 - a run goes on and lists every failure
            report.problems.append(f"{path.name}: {type(error).__name__}: {error}")
            continue
        for number in range(edits):
            chance = random.Random(f"{seed} {path.name} {number}")
            operations = random_operations(file, chance)
            try:
                trial = tried(file, operations, report) if operations else None
                if trial is None:
                    continue
                report.edits += 1
                report.operations += len(trial.operations)
                report.problems += [
                    f"{file.source.name}: {each} {json.dumps(trial.operations, ensure_ascii=False)}"
                    for each in edit_problems(file, trial, report.notes)
                ]
            except Exception as error:  # noqa: BLE001 - a run goes on and lists every failure
                report.problems.append(
                    f"{file.source.name}: {type(error).__name__}: {error} {json.dumps(operations, ensure_ascii=False)}"
                )
    return report


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=0, help="a seeded sample of so many files, 0 for all")
    parser.add_argument("--edits", type=int, default=3, help="edits of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-reading", action="store_true")
    parser.add_argument("paths", nargs="*", type=Path)
    arguments = parser.parse_args()
    paths = arguments.paths or word_files()
    if arguments.files:
        paths = random.Random(arguments.seed).sample(paths, min(arguments.files, len(paths)))
    started = time.monotonic()
    report = Report()
    for path in paths:
        known = len(report.problems)
        run((path,), edits=arguments.edits, seed=arguments.seed, reading=not arguments.no_reading, report=report)
        for problem in report.problems[known:]:
            print("PROBLEM", problem, flush=True)
    for sentence, count in report.refused.most_common():
        print(f"refused {count} times: {sentence}")
    for note, count in report.notes.most_common():
        print(f"note {count} times: {note}")
    print(
        f"{report.files} files, {report.opened} opened, {report.edits} edits of {report.operations} operations, "
        f"{len(report.problems)} problems, {time.monotonic() - started:.0f} s"
    )
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
