"""First-stage models with folds left out, made side by side."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy

from pactoria_desktop.review.first_stage import Prepared, train_sentence_model, train_short_model
from pactoria_desktop.review.model import ShortModel
from pactoria_desktop.review.sentence_model import SentenceModel

Stage = tuple[SentenceModel, ShortModel]
LeftOut = tuple[int, ...]


def first_stages(data: Prepared, wanted: Sequence[LeftOut], workers: int = 2) -> dict[LeftOut, Stage]:
    """For each tuple of folds the first stage trained on the contracts outside them."""
    with ProcessPoolExecutor(workers, get_context("fork"), _receive, (data,)) as pool:
        return dict(zip(wanted, pool.map(_train, wanted), strict=True))


_RECEIVED: list[Prepared] = []


def _receive(data: Prepared) -> None:
    _RECEIVED[:] = [data]


def _train(folds: LeftOut) -> Stage:
    data = _RECEIVED[0]
    chosen = ~numpy.isin(data.fold, list(folds))
    return train_sentence_model(data, chosen), train_short_model(data, chosen)
