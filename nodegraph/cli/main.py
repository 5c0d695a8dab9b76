"""The command `nodegraph`: its commands, and the one place where problems become a line and an exit code."""

from __future__ import annotations

import gc
import os
import shlex
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

import click

from nodegraph.cli.cache import cache
from nodegraph.cli.check import check
from nodegraph.cli.lines import line_of
from nodegraph.cli.migrate import migrate
from nodegraph.cli.new import new
from nodegraph.cli.nodes import nodes
from nodegraph.cli.open import open_app, open_graph
from nodegraph.cli.run import run
from nodegraph.cli.schema import schema
from nodegraph.cli.verify import verify
from nodegraph.problems import ProblemError

EXIT_FAILED, EXIT_WRONG, EXIT_CANCELLED = 1, 2, 130


class Commands(click.Group):
    """The commands; a graph's file in their place is answered with those that take one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with. Raises a UsageError where there is none."""
        if args and args[0] not in self.commands and args[0].lower().endswith(".json"):
            file = shlex.quote(args[0])
            ctx.fail(f"{args[0]} is no command: `nodegraph open {file}` shows it, `nodegraph run {file}` runs it")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 failed, 2 the graph or the call is wrong, 3 done, some rows failed, 130 cancelled.",
)
@click.version_option(package_name="nodegraph")
@click.pass_context
def command(context: click.Context) -> None:
    """Wire nodes into a graph that turns a heap of pictures into a fine-tuning set.

    Without a command it opens the app.
    """
    if context.invoked_subcommand is None:
        open_app(None)


for _command in (run, check, nodes, new, verify, migrate, schema, cache, open_graph):
    command.add_command(_command)


CYCLES_BEFORE_COLLECTION = 200_000
"""New objects before Python looks for cycles. With its default of 700, importing torch and open_clip alone spends 0.7
of 3.8 CPU seconds on looking through modules that stay for ever."""


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and leaves with its exit code. A problem is a line on stderr, never a traceback."""
    gc.set_threshold(CYCLES_BEFORE_COLLECTION)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name that the terminal's encoding lacks must not end a run
            stream.reconfigure(errors="backslashreplace")
    try:
        code = command.main(args=arguments, prog_name="nodegraph", standalone_mode=False)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except click.Abort:
        code = EXIT_CANCELLED
    except click.ClickException as error:
        _show(error)
        code = EXIT_WRONG
    except ProblemError as error:
        for problem in error.problems:
            click.echo(f"{problem.severity}: {line_of(problem)}", err=True)
        code = EXIT_WRONG
    except KeyboardInterrupt:
        code = EXIT_CANCELLED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  (nobody reads any more: nothing to say at exit)
        code = EXIT_FAILED
    except OSError as error:
        click.echo(f"error: {error.filename or ''}: {error.strerror or error}", err=True)
        code = EXIT_FAILED
    except SystemExit:
        raise
    except BaseException as error:  # a panic of polars is no Exception
        if os.environ.get("NODEGRAPH_DEBUG"):
            raise
        where = " ".join(getattr(error, "__notes__", ()))
        click.echo(
            f"error: {type(error).__name__}: {error}. This is a mistake {where or 'in nodegraph'}; "
            "NODEGRAPH_DEBUG=1 shows where it happened.",
            err=True,
        )
        code = EXIT_FAILED
    _leave(code if isinstance(code, int) else 0, at_once=arguments is None and "torch" in sys.modules)


def _leave(code: int, *, at_once: bool) -> NoReturn:
    """Ends the process. At once: without taking apart the objects that torch made, which takes a second for nothing."""
    if at_once:
        with suppress(OSError):  # where nobody reads any more the usual way out deals with it
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)


def _show(error: click.ClickException) -> None:
    """One line that names the command whose help says more; a group called without a command shows its help."""
    message = error.format_message()
    message = message if message.endswith((".", "?")) else f"{message}."
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or "\n" in message:
        error.show()
        return
    click.echo(f"error: {message} `{context.command_path} --help` says what can be given.", err=True)


if __name__ == "__main__":
    main()
