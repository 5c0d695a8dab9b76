"""check, nodes, schema, migrate, verify, cache, new, and the bare command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from nodegraph.registry import installed_registry
from tests.cli.conftest import NODES, ROOT, Desk
from tests.run.conftest import draw

FIXTURES = ROOT / "tests" / "fixtures" / "graphs"
QUICKSTART = ROOT / "example_graphs" / "quickstart.json"


def test_check_says_that_a_good_graph_can_be_run(desk: Desk) -> None:
    done = desk.call("check", "graph.json")
    assert (done.code, done.out) == (0, "graph.json can be run.\n")


def test_check_says_everything_that_is_wrong_at_once(desk: Desk) -> None:
    nodes = NODES | {"sharp": ("filter/threshold", 2, {"column": "beauty", "on_null": "maybe"})}
    desk.write(nodes=nodes, folder={"folder": "elsewhere"})
    done = desk.call("check", "graph.json")
    assert done.code == 2
    assert {line.split()[1] for line in done.out.splitlines()} == {"folder.folder:", "sharp.column:", "sharp.on_null:"}


def test_a_graph_in_place_of_a_command_is_answered_with_those_that_take_one(desk: Desk) -> None:
    done = desk.call("my graph.json")
    assert done.code == 2
    assert "`nodegraph open 'my graph.json'`" in done.err and "`nodegraph run 'my graph.json'`" in done.err
    assert "No such command" in desk.call("graph").err


def test_check_measures_nothing(desk: Desk) -> None:
    desk.call("check", "graph.json")
    assert not (desk.root / "cache").exists()


def test_check_gives_problems_as_json(desk: Desk) -> None:
    done = desk.call("check", "graph.json", "--json", "--set", "least=0", "--set", "folder=elsewhere")
    (found,) = json.loads(done.out)
    assert done.code == 2
    assert (found["node"], found["param"], found["severity"]) == ("folder", "folder", "error")


def test_nodes_lists_every_installed_node_with_a_line_of_help(desk: Desk) -> None:
    done = desk.call("nodes")
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(installed_registry().nodes)
    assert all(len(line.split()) > 3 for line in lines)


def test_nodes_with_a_name_shows_its_help_and_parameters(desk: Desk) -> None:
    done = desk.call("nodes", "filter/threshold")
    assert done.code == 0
    for part in ("Threshold (filter/threshold, filter, rev 2", "column  (must be given)", "low  (default None)"):
        assert part in done.out


def test_nodes_as_json_names_parameters_and_measures(desk: Desk) -> None:
    found = {item["type"]: item for item in json.loads(desk.call("nodes", "--json").out)}
    assert found["quality/sharpness"]["measures"] == ["sharpness"]
    assert "low" in found["filter/threshold"]["parameters"]


def test_the_schema_is_a_valid_one_and_the_quickstart_fits_it(desk: Desk) -> None:
    schema = json.loads(desk.call("schema").out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(json.loads(QUICKSTART.read_text("utf-8")))) == []
    assert list(validator.iter_errors(json.loads((desk.root / "graph.json").read_text("utf-8")))) == []
    assert list(validator.iter_errors({"format": "nodegraph", "version": 2, "nodes": 3})) != []


def test_migrate_brings_an_old_file_to_this_version_and_leaves_the_old_one(desk: Desk) -> None:
    old = desk.root / "old.json"
    shutil.copy(FIXTURES / "version-1.json", old)
    done = desk.call("migrate", "old.json", "--out", "new.json")
    assert done.code == 0
    assert "wrote new.json" in done.out
    new = json.loads((desk.root / "new.json").read_text("utf-8"))
    threshold = next(node for node in new["nodes"] if node["id"] == "threshold")
    assert (new["version"], new["title"]) == (2, "As version 1 wrote it")
    assert (threshold["rev"], threshold["params"]) == (2, {"column": "bytes", "low": 2.5, "high": 9})
    assert old.read_bytes() == (FIXTURES / "version-1.json").read_bytes()


def test_migrate_in_place_is_done_once(desk: Desk) -> None:
    shutil.copy(FIXTURES / "version-1.json", desk.root / "old.json")
    assert "wrote old.json" in desk.call("migrate", "old.json").out
    after = (desk.root / "old.json").read_bytes()
    assert desk.call("migrate", "old.json").out == "old.json is up to date.\n"
    assert (desk.root / "old.json").read_bytes() == after


def test_verify_says_that_the_result_is_the_same_and_writes_nothing(desk: Desk) -> None:
    receipt = desk.call("run", "graph.json", "--json").summary["receipt"]
    shutil.rmtree(desk.root / "set")
    done = desk.call("verify", receipt)
    assert (done.code, done.out) == (0, "the result is the same\n")
    assert not (desk.root / "set").exists()


def test_verify_names_the_row_whose_picture_changed(desk: Desk) -> None:
    receipt = desk.call("run", "graph.json", "--json").summary["receipt"]
    draw(desk.root / "pictures" / "3.png", 99)
    done = desk.call("verify", receipt)
    assert done.code == 1
    assert any(line.startswith("export: 3.png: content was") for line in done.out.splitlines())
    assert done.out.splitlines()[-1] == "the result is not the same"


def test_verify_names_rows_that_came_and_went(desk: Desk) -> None:
    receipt = desk.call("run", "graph.json", "--json").summary["receipt"]
    (desk.root / "pictures" / "3.png").rename(desk.root / "pictures" / "three.png")
    lines = desk.call("verify", receipt).out.splitlines()
    assert "export: 3.png was kept and is not any more" in lines
    assert "export: three.png is kept and was not" in lines


def test_verify_from_another_folder_finds_the_pictures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = desk.call("run", "graph.json", "--json").summary["receipt"]
    monkeypatch.chdir("/")
    assert desk.call("verify", receipt).code == 0


def test_the_cache_says_what_it_holds_and_forgets_it(desk: Desk) -> None:
    desk.call("run", "graph.json")
    told = desk.call("cache", "stats").out
    assert told.startswith(str(desk.root / "cache"))
    assert "  sharpness: 6" in told.splitlines()
    cleared = desk.call("cache", "clear", "--yes")
    assert (cleared.code, cleared.out) == (0, "the cache is empty\n")
    assert "sharpness" not in desk.call("cache", "stats").out
    assert desk.call("run", "graph.json", "--json").summary["decodes"] == 6


def test_collecting_down_to_nothing_forgets_every_value(desk: Desk) -> None:
    desk.call("run", "graph.json")
    assert desk.call("cache", "collect", "--limit-gb", "0").out.startswith("freed ")
    assert "sharpness" not in desk.call("cache", "stats").out


def test_collecting_a_small_cache_frees_nothing(desk: Desk) -> None:
    desk.call("run", "graph.json")
    assert desk.call("cache", "collect").out == "freed 0 B\n"
    assert "  sharpness: 6" in desk.call("cache", "stats").out


def test_the_cache_is_not_cleared_without_a_yes(desk: Desk) -> None:
    desk.call("run", "graph.json")
    assert desk.process("cache", "clear").code != 0
    assert "  sharpness: 6" in desk.call("cache", "stats").out


def test_new_lists_the_examples(desk: Desk) -> None:
    assert any(line.startswith("quickstart  Quickstart") for line in desk.call("new").out.splitlines())


def test_new_copies_an_example_and_never_over_a_file(desk: Desk) -> None:
    assert desk.call("new", "quickstart", "mine/graph.json").code == 0
    mine = desk.root / "mine" / "graph.json"
    assert mine.read_bytes() == QUICKSTART.read_bytes()
    mine.write_text("my own")
    again = desk.call("new", "quickstart", "mine/graph.json")
    assert again.code == 2
    assert "is there already" in again.err
    assert mine.read_text() == "my own"
    assert desk.call("check", desk.call("new", "quickstart").out.split()[1]).code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
@pytest.mark.parametrize("arguments", [(), ("open", "graph.json")], ids=["bare", "open"])
def test_without_a_screen_the_app_is_refused_in_one_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = desk.call(*arguments)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "nodegraph run GRAPH" in done.err


def test_help_is_given_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['nodegraph', '--help']\n"
        "from nodegraph.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as leave:\n    assert not leave.code\n"
        "heavy = {'torch', 'polars', 'numpy', 'PIL', 'networkx', 'pydantic', 'rich', 'transformers', 'open_clip'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Exit codes: 0 ok" in done.stdout
    assert done.stderr == "[]\n"


def test_the_version_is_told(desk: Desk) -> None:
    from importlib.metadata import version

    assert version("nodegraph") in desk.call("--version").out
