"""First-stage models with folds left out, made side by side and kept in a folder when one is given."""

import hashlib
import pickle
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy

from pactoria_desktop.review.first_stage import SETTINGS, Prepared, train_sentence_model, train_short_model
from pactoria_desktop.review.grams import GramReader
from pactoria_desktop.review.model import ShortModel
from pactoria_desktop.review.sentence_model import SentenceModel

Stage = tuple[SentenceModel, ShortModel]
LeftOut = tuple[int, ...]


def first_stages(
    data: Prepared, wanted: Sequence[LeftOut], kept: Path | None = None, workers: int = 2
) -> dict[LeftOut, Stage]:
    """For each tuple of folds the first stage trained on the contracts outside them.

    ``kept`` is a private folder of earlier results (its files are trusted); they are named by the data,
    the features and the settings; empty it after a change of the training itself.
    """
    found: dict[LeftOut, Stage] = {}
    missing = []
    for folds in wanted:
        file = _file(data, folds, kept)
        if file is not None and file.is_file():
            found[folds] = pickle.loads(file.read_bytes())
        else:
            missing.append(folds)
    with ProcessPoolExecutor(workers, get_context("fork"), _receive, (data,)) as pool:
        for folds, stage in zip(missing, pool.map(_train, missing), strict=True):
            found[folds] = stage
            file = _file(data, folds, kept)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(pickle.dumps(stage, protocol=5))
    return found


def _file(data: Prepared, folds: LeftOut, kept: Path | None) -> Path | None:
    if kept is None:
        return None
    digest = hashlib.sha256("\n".join(data.sentences).encode("utf-8", "replace"))
    for part in (data.fold, data.labels, data.heading, numpy.concatenate(data.short_hits)):
        digest.update(part.tobytes())
    digest.update(repr((data.short_features, GramReader().read(data.sentences[:2000]).hashes.sum(), SETTINGS)).encode())
    return kept / f"{digest.hexdigest()[:16]}-{'-'.join(map(str, folds)) or 'none'}.pickle"


_RECEIVED: list[Prepared] = []


def _receive(data: Prepared) -> None:
    _RECEIVED[:] = [data]


def _train(folds: LeftOut) -> Stage:
    data = _RECEIVED[0]
    chosen = ~numpy.isin(data.fold, list(folds))
    return train_sentence_model(data, chosen), train_short_model(data, chosen)
