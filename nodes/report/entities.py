"""Names in captions, found by a spaCy pipeline that is installed: people, nations and religions, places, companies."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from nodegraph import Problem, ProblemError, problem
from nodes.extras import extra_problem, needed

EXTRA = "entities"
KINDS = {
    "PERSON": "people by name",
    "PER": "people by name",
    "NORP": "nations, religions and political groups",
    "GPE": "countries and cities",
    "LOC": "places",
    "ORG": "companies and institutions",
}
PIPELINE = re.compile(r"[a-z]{2,3}(_[a-z0-9]+){1,3}_(sm|md|lg|trf)")
"""As spaCy names its pipelines. No other name is loaded: loading runs the package's own code."""
LONGEST = 2000
BATCH = 64


def pipeline_problem(name: str, param: str) -> Problem | None:
    """Why this pipeline cannot be used, or None. Nothing is imported."""
    if not PIPELINE.fullmatch(name):
        message = f"{name[:60]!r} is not the name of a spaCy pipeline."
        return Problem("bad-pipeline", message, "Name one such as en_core_web_sm.", param=param, value=name)
    if (missing := extra_problem("spacy", EXTRA, param)) is not None:
        return missing
    if find_spec(name) is None:
        fix = f"Install it: python -m spacy download {name}"
        return Problem("no-pipeline", f"The spaCy pipeline {name} is not installed.", fix, param=param, value=name)
    return None


def entities_of(
    captions: Sequence[str], name: str, step: Callable[[int, int], None] = lambda _done, _total: None
) -> list[tuple[str, list[bool], Counter[str]]]:
    """For each kind of name: which captions have one, and in how many each name stands. Longer captions are cut.

    Raises ProblemError where the pipeline cannot be loaded.
    """
    nlp = _loaded(name)
    found: dict[str, tuple[list[bool], Counter[str]]] = {
        kind: ([False] * len(captions), Counter()) for kind in KINDS.values()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a pipeline thinks of its own parts
        documents = nlp.pipe((" ".join(text.split())[:LONGEST] for text in captions), batch_size=BATCH)
        for row, document in enumerate(documents):
            for kind, text in sorted({(KINDS[one.label_], one.text) for one in document.ents if one.label_ in KINDS}):
                found[kind][0][row] = True
                found[kind][1][text] += 1
            step(row + 1, len(captions))
    return [(kind, flags, words) for kind, (flags, words) in found.items()]


def _loaded(name: str) -> Any:
    if (missing := pipeline_problem(name, EXTRA)) is not None:
        raise ProblemError(missing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return needed("spacy", EXTRA).load(name)
        except (OSError, ValueError, ImportError, AttributeError) as error:
            message = f"The spaCy pipeline {name} cannot be loaded: {error}."
            fix = "Install one that fits the installed spaCy."
            raise problem("broken-pipeline", message, fix, param=EXTRA, value=name) from error
