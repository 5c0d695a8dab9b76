"""Models are downloaded from a hub on this machine: whole, verified, resumed, refused, and never more than named."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.models import fetch as fetching
from nodegraph.models import progress
from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.download import files_of
from nodegraph.models.places import Places
from nodegraph.problems import ProblemError
from tests.models.hub_server import COMMIT, Hub, serving

pytestmark = pytest.mark.hub

REPO = "someone/small-clip"
WEIGHTS = bytes(range(256)) * 1200  # 300 kB: several blocks, so that a cut is in the middle
FILES = {
    "README.md": b"# words",
    "config.json": b'{"width": 8}',
    "tokenizer.json": b"{}",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"a pickle",
    "modeling.py": b"print('code')",
}
ENTRY = ModelEntry(
    id="small-clip",
    kind="clip",
    title="Small CLIP",
    licence="MIT",
    bytes=300_000,
    repo=REPO,
    revision=COMMIT,
    files=("config.json", "model.safetensors", "*.json"),
)
UNPINNED = replace(ENTRY, revision="")


@pytest.fixture
def start() -> Iterator[Callable[..., Hub]]:
    with ExitStack() as stack:
        yield lambda **kind: stack.enter_context(
            serving(Hub(REPO, FILES, large=frozenset({"model.safetensors"}), **kind))
        )


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "RETRY_WAITS", (0.0, 0.0))


def places(folder: Path, hub: Hub | None = None) -> Places:
    return Places(folder / "models", folder / "hub", hub.endpoint if hub else "http://127.0.0.1:9")


def code_of(failure: pytest.ExceptionInfo[ProblemError]) -> str:
    return failure.value.problems[0].code


def test_brings_the_named_files_and_gives_the_commit(start: Callable[..., Hub], tmp_path: Path) -> None:
    files = files_of(ENTRY, allow_download=True, places=places(tmp_path, start()))
    assert files.revision == COMMIT
    assert {path.name: path.read_bytes() for path in files.folder.iterdir()} == {
        name: FILES[name] for name in ("config.json", "tokenizer.json", "model.safetensors")
    }


def test_files_outside_the_patterns_and_files_that_could_run_code_are_never_fetched(
    start: Callable[..., Hub], tmp_path: Path
) -> None:
    hub = start()
    files_of(replace(ENTRY, files=("config.json", "*")), allow_download=True, places=places(tmp_path, hub))
    assert {"pytorch_model.bin", "modeling.py", "README.md"}.isdisjoint(hub.fetched())


def test_weights_come_last(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert hub.fetched() == ["config.json", "tokenizer.json", "model.safetensors"]


def test_what_was_downloaded_is_found_again_without_a_network(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    first = files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    asked = len(hub.requests)
    again = files_of(ENTRY, allow_download=False, places=places(tmp_path, hub))
    assert (again, len(hub.requests)) == (first, asked)


def test_the_hub_client_itself_finds_what_was_downloaded(start: Callable[..., Hub], tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    here = places(tmp_path, start())
    files = files_of(ENTRY, allow_download=True, places=here)
    found = hf_hub_download(REPO, "model.safetensors", revision=COMMIT, cache_dir=here.hub_cache, local_files_only=True)
    assert Path(found) == files.folder / "model.safetensors"


def test_size_and_licence_are_announced_before_any_byte(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    told: list[tuple[int, str, list[str]]] = []
    files_of(
        ENTRY,
        allow_download=True,
        announce=lambda entry: told.append((entry.bytes, entry.licence, hub.fetched())),
        places=places(tmp_path, hub),
    )
    size = sum(len(FILES[name]) for name in ("config.json", "tokenizer.json", "model.safetensors"))
    assert told == [(size, "MIT", [])]


def test_an_announcement_that_raises_stops_the_download(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()

    def refuse(_entry: ModelEntry) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        files_of(ENTRY, allow_download=True, announce=refuse, places=places(tmp_path, hub))
    assert hub.fetched() == []


@pytest.mark.parametrize("ignores_range", [False, True])
def test_progress_never_goes_back_and_ends_with_all_bytes(
    start: Callable[..., Hub], tmp_path: Path, ignores_range: bool
) -> None:
    hub = start(cut_after=100_000, cuts_left=2, ignores_range=ignores_range)
    seen: list[tuple[int, int]] = []
    files_of(
        ENTRY,
        allow_download=True,
        on_progress=lambda done, total: seen.append((done, total)),
        places=places(tmp_path, hub),
    )
    done = [have for have, _ in seen]
    assert done == sorted(done)
    assert hub.fetched().count("model.safetensors") == 3
    assert len(set(done)) > 3
    assert seen[-1][0] == seen[-1][1] == sum(map(len, (FILES["config.json"], FILES["tokenizer.json"], WEIGHTS)))


def test_a_connection_that_breaks_once_is_taken_up_where_it_broke(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start(cut_after=100_000, cuts_left=1)
    files = files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert (files.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert set(hub.ranges()) == {"bytes=100000-"}


def test_a_download_that_broke_off_goes_on_in_the_next_call(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start(cut_after=50_000, cuts_left=3)
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert code_of(failure) == "download-interrupted"
    hub.requests.clear()
    files = files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert (files.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (hub.fetched(), set(hub.ranges())) == (["model.safetensors"], {"bytes=150000-"})


def test_a_download_stopped_by_its_caller_goes_on_in_the_next_call(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()

    def stop_in_the_weights(done: int, _total: int) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files_of(ENTRY, allow_download=True, on_progress=stop_in_the_weights, places=places(tmp_path, hub))
    files = files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert (files.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.ranges()


def test_a_half_downloaded_model_is_not_taken_for_a_whole_one(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start(cut_after=1000, cuts_left=3)
    with pytest.raises(ProblemError):
        files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=False, places=places(tmp_path, hub))
    assert code_of(failure) == "model-not-here"


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_bytes_that_do_not_fit_the_hubs_hash_are_removed(start: Callable[..., Hub], tmp_path: Path, name: str) -> None:
    hub = start(tampered=frozenset({name}))
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert code_of(failure) == "model-wrong-hash"
    assert name in str(failure.value)
    bad = bytes(byte ^ 1 for byte in FILES[name])
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == bad]


def test_after_a_wrong_hash_an_honest_source_works(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start(tampered=frozenset({"model.safetensors"}))
    with pytest.raises(ProblemError):
        files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    hub.tampered = frozenset()
    files = files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert (files.folder / "model.safetensors").read_bytes() == WEIGHTS


def test_a_repository_whose_hash_is_not_the_catalogues_is_refused_before_downloading(
    start: Callable[..., Hub], tmp_path: Path
) -> None:
    hub = start()
    pinned = replace(ENTRY, sha256={"model.safetensors": "0" * 64})
    with pytest.raises(ProblemError) as failure:
        files_of(pinned, allow_download=True, places=places(tmp_path, hub))
    assert (code_of(failure), hub.fetched()) == ("model-wrong-hash", [])


def test_a_cached_file_is_held_against_the_catalogues_hash(start: Callable[..., Hub], tmp_path: Path) -> None:
    here = places(tmp_path, start())
    files_of(ENTRY, allow_download=True, places=here)
    with pytest.raises(ProblemError) as failure:
        files_of(replace(ENTRY, sha256={"model.safetensors": "0" * 64}), allow_download=False, places=here)
    assert code_of(failure) == "model-wrong-hash"


def test_a_commit_that_the_hub_has_not_is_a_problem(start: Callable[..., Hub], tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as failure:
        files_of(replace(ENTRY, revision="f" * 40), allow_download=True, places=places(tmp_path, start()))
    assert code_of(failure) == "model-revision-missing"


def test_a_repository_that_the_hub_has_not_is_a_problem(start: Callable[..., Hub], tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as failure:
        files_of(replace(ENTRY, repo="someone/else"), allow_download=True, places=places(tmp_path, start()))
    assert code_of(failure) == "model-not-found"


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_repository_says_how_to_get_in(start: Callable[..., Hub], tmp_path: Path, status: int) -> None:
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=True, places=places(tmp_path, start(gated=status)))
    assert code_of(failure) == "model-gated"
    assert "hf auth login" in failure.value.problems[0].fix


def test_a_file_that_the_repository_has_not_is_a_problem(start: Callable[..., Hub], tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as failure:
        files_of(
            replace(ENTRY, files=("merges.txt", "config.json")), allow_download=True, places=places(tmp_path, start())
        )
    assert code_of(failure) == "model-incomplete"
    assert "merges.txt" in str(failure.value)


def test_an_unpinned_model_keeps_to_the_commit_it_first_got(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    here = places(tmp_path, hub)
    assert files_of(UNPINNED, allow_download=True, places=here).revision == COMMIT
    hub.commit = "a" * 40
    (here.repository_of(UNPINNED) / "refs").mkdir(exist_ok=True)
    (here.repository_of(UNPINNED) / "refs" / "main").write_text(hub.commit)
    assert files_of(UNPINNED, allow_download=True, places=here).revision == COMMIT


def test_no_network_is_a_problem_that_says_what_to_do(tmp_path: Path) -> None:
    here = places(tmp_path)
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=True, places=here)
    problem = failure.value.problems[0]
    assert problem.code == "model-offline"
    assert "small-clip" in problem.message
    assert "300 kB" in problem.message
    assert str(here.folder_of(ENTRY)) in problem.fix


def test_a_full_disk_is_a_problem_before_any_byte(
    start: Callable[..., Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = start()
    monkeypatch.setattr(progress, "SPARE_BYTES", 1 << 62)
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=True, places=places(tmp_path, hub))
    assert (code_of(failure), hub.fetched()) == ("disk-full", [])


def test_nothing_is_asked_of_the_network_when_downloads_are_not_allowed(
    start: Callable[..., Hub], tmp_path: Path
) -> None:
    hub = start()
    with pytest.raises(ProblemError) as failure:
        files_of(ENTRY, allow_download=False, places=places(tmp_path, hub))
    assert (code_of(failure), hub.requests) == ("model-not-here", [])
    assert "MIT" in failure.value.problems[0].fix


def head(hub: Hub, content: bytes = FILES["config.json"]) -> ModelEntry:
    return ModelEntry(
        id="head",
        kind="aesthetic-head",
        title="Head",
        licence="MIT",
        bytes=len(content),
        files=("head.pth",),
        sha256={"head.pth": hashlib.sha256(content).hexdigest()},
        urls={"head.pth": f"{hub.endpoint}/plain/config.json"},
    )


def test_a_single_file_comes_from_its_address_into_the_models_folder(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    here = places(tmp_path, hub)
    files = files_of(head(hub), allow_download=True, places=here)
    assert files.folder == here.models / "head"
    assert (files.folder / "head.pth").read_bytes() == FILES["config.json"]
    assert files_of(head(hub), allow_download=False, places=here) == files


def test_a_single_file_with_a_wrong_hash_is_removed(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    with pytest.raises(ProblemError) as failure:
        files_of(head(hub, b"something else"), allow_download=True, places=places(tmp_path, hub))
    assert code_of(failure) == "model-wrong-hash"
    assert not list((tmp_path / "models" / "head").glob("head.pth*incomplete"))


SCRIPT = """
import json, sys
from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.download import files_of
from nodegraph.problems import ProblemError
entry = ModelEntry(**json.loads(sys.argv[1]))
try:
    files = files_of(entry, allow_download=True)
    print(files.folder)
except ProblemError as error:
    print(error.problems[0].code)
"""


def run_apart(hub: Hub, folder: Path, **more: str) -> str:
    """What `files_of` does in a process of its own, where the hub client reads its environment."""
    described = {
        name: getattr(ENTRY, name) for name in ("id", "kind", "title", "licence", "bytes", "repo", "revision", "files")
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "NODEGRAPH_"))}
    environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1"}
    environment |= {"NODEGRAPH_MODELS": str(folder / "models")} | more
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(described)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return answer.stdout.strip()


def test_endpoint_and_cache_are_taken_from_the_environment(start: Callable[..., Hub], tmp_path: Path) -> None:
    folder = Path(run_apart(start(), tmp_path))
    assert folder.is_relative_to(tmp_path / "home" / "hub")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


def test_the_hubs_offline_switch_is_kept(start: Callable[..., Hub], tmp_path: Path) -> None:
    hub = start()
    assert (run_apart(hub, tmp_path, HF_HUB_OFFLINE="1"), hub.requests) == ("model-offline", [])
