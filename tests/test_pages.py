"""What the pages show is true: their links, examples and the tests they name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from nodegraph.cli.main import command
from nodegraph.columns import ColumnInfo
from nodegraph.expressions import check
from nodegraph.graph.io import canonical, loads
from nodegraph.graph.validate import validate
from nodegraph.registry import installed_registry

ROOT = Path(__file__).parents[1]
FORMAT = ROOT / "docs" / "file-format.md"


def block(kind: str) -> str:
    """The first code block of a kind on the page of file formats."""
    found = re.search(rf"```{kind}\n(.*?)```", FORMAT.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def funnel_in_readme() -> str:
    """The table that README.md shows, from its header on."""
    (table,) = re.findall(r"```text\n(node .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    return table


def test_the_graph_that_is_shown_is_in_canonical_form() -> None:
    assert canonical(loads(block("json"))) == block("json")


def test_the_graph_that_is_shown_can_be_run(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    assert validate(loads(block("json")), installed_registry(), base=tmp_path) == []


def test_the_condition_that_is_shown_can_be_evaluated() -> None:
    columns = {"width": ColumnInfo("integer"), "aesthetic": ColumnInfo("number")}
    columns |= {"caption": ColumnInfo("text"), "is_dark": ColumnInfo("flag")}
    assert check(block("text").strip(), columns) is None


def test_every_test_that_the_architecture_page_names_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    assert len(named) >= 6
    assert [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")] == []


def test_every_link_between_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))]
    inside = [(page, link) for page, link in links if "://" not in link]
    assert len(inside) > 10
    lost = [f"{page.relative_to(ROOT)}: {link}" for page, link in inside if not (page.parent / link).exists()]
    assert lost == []


def test_the_ci_script_runs_the_readmes_own_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    commands = re.findall(r'^readme_command="(.*)"$', script, re.MULTILINE)
    assert len(commands) == 1
    assert f"\n{commands[0]}\n" in (ROOT / "README.md").read_text("utf-8")


def test_the_readme_names_the_nodes_of_the_quickstart_graph() -> None:
    graph = loads((ROOT / "example_graphs" / "quickstart.json").read_text("utf-8"))
    specs = installed_registry().nodes
    shown = [re.split(r"  +", line)[0] for line in funnel_in_readme().splitlines()[1:]]
    assert sorted(shown) == sorted(node.label or specs[node.type].title for node in graph.nodes.values())


def test_the_readme_shows_the_funnel_that_quickstart_prints(tmp_path: Path) -> None:
    graph = ROOT / "example_graphs" / "quickstart.json"
    command = [sys.executable, "-m", "nodegraph.cli.main", "run", str(graph), "--out", str(tmp_path / "out")]
    environment = {**os.environ, "NODEGRAPH_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    assert funnel_in_readme() == "\n".join(printed[: printed.index("")]) + "\n"


def test_the_page_of_nodes_lists_what_is_installed() -> None:
    done = CliRunner().invoke(command, ["nodes", "--markdown"])
    page = (ROOT / "docs" / "nodes.md").read_text("utf-8")
    assert page.partition("\n## ")[2] == done.output.partition("## ")[2], (
        "nodegraph nodes --markdown gives the new lists"
    )
