"""In which language a command line speaks: `--lang`, or that of the locale; what it says goes through `tell`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from importlib import import_module
from typing import Any

import click

from dataqual import starting
from dataqual.translating import ENGLISH, languages, of_locale, translated

_LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)

OPTION = "--lang"


def language() -> str:
    """The language of the command that runs."""
    return _LANGUAGE.get()


def said(text: str) -> str:
    """A text in the language of the command that runs, line by line."""
    if language() == ENGLISH:
        return text
    return "\n".join(translated(line, language()) for line in text.split("\n"))


def tell(text: str, colour: str | None = None, *, err: bool = False) -> None:
    """Print lines for people, in their language, what would move the cursor made visible; on stderr with `err`."""
    from dataqual.profiling.summary import plain

    for line in text.split("\n"):
        click.secho(plain(said(line)), fg=colour, err=err)


class Formatter(click.HelpFormatter):
    """Help in the language of the command that runs: headings, paragraphs and what options mean."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line."""
        super().write_usage(prog, args, prefix if prefix is not None else f"{said('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Options, Commands."""
        super().write_heading(said(heading))

    def write_text(self, text: str) -> None:
        """The paragraphs of a help; those that must not be wrapped (after a backspace) are examples, and stay."""
        paragraphs = [p if "\b" in p else said(" ".join(p.split())) for p in text.split("\n\n")]
        super().write_text("\n\n".join(map(_examples, paragraphs)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Options and commands with what they mean."""
        super().write_dl([(name, _meaning(text)) for name, text in rows], col_max, col_spacing)


def _examples(paragraph: str) -> str:
    """A block of examples under a heading in the language of the command."""
    return re.sub(r"(\x08\n\s*)(Examples?:)", lambda found: found[1] + said(found[2]), paragraph)


def _meaning(text: str) -> str:
    """What an option means, and what click adds behind two blanks: `[default: 0; x>=1]`."""
    text, gap, added = text.partition("  [")
    return said(text) + gap + added.replace("default:", said("default:")).replace("required", said("required"))


class _Context(click.Context):
    formatter_class = Formatter


class Program(click.Group):
    """A command line that speaks the language of the locale, or that of `--lang`, before or behind its command."""

    context_class = _Context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_option())
        self._homes: dict[str, str] = {}

    def load_when_asked(self, package: str, *names: str) -> None:
        """Commands of a package, each in a module that is called like it, and imported when somebody asks for it."""
        self._homes |= {name: f"{package}.{name.replace('-', '_')}" for name in names}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*super().list_commands(ctx), *self._homes})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None where there is none."""
        if cmd_name in self._homes and cmd_name not in self.commands:
            home = self._homes[cmd_name]
            self.add_command(getattr(import_module(home), home.rpartition(".")[2]))
        return super().get_command(ctx, cmd_name)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """A command of this program, which takes `--lang` too."""
        cmd.context_class = _Context
        if not any(OPTION in param.opts for param in cmd.params):
            cmd.params.append(_option())
        for inner in getattr(cmd, "commands", {}).values():
            inner.context_class = _Context
            inner.params.append(_option())
        super().add_command(cmd, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with what each does; in English as click cuts it, in another language whole."""
        if language() == ENGLISH:
            super().format_commands(ctx, formatter)
            return
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, _first(command)) for name, command in found.items() if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run it; what is wrong with the command itself is told in its language too, and in one line."""
        if args is None:  # nobody calls it: this process was started for it
            starting.alone()
        given = list(sys.argv[1:] if args is None else args)
        _LANGUAGE.set(_asked(given) or of_locale())
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            _show(error)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo(said("Aborted!"), err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _asked(given: Sequence[str]) -> str | None:
    """What `--lang` says, wherever it stands, so that help and errors speak it too; None where it says nothing we know."""
    for at, word in enumerate(given):
        value = given[at + 1] if word == OPTION and at + 1 < len(given) else word.removeprefix(f"{OPTION}=")
        if word.startswith(OPTION) and value in languages():
            return value
    return None


def _option() -> click.Option:
    return click.Option(
        [OPTION],
        type=click.Choice(languages()),
        expose_value=False,
        help="Language of messages, summary and page [that of the locale].",
    )


def _first(command: click.Command) -> str:
    """The first paragraph of a command's help, on one line."""
    return " ".join((command.help or "").split("\n\n")[0].split())


def _show(error: click.ClickException) -> None:
    """What is wrong and which help says more, in one line; the help itself where nothing was asked for."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    what = said(" ".join(error.format_message().split())).rstrip(".。")
    if context is None:
        click.echo(f"dataqual: {what}", err=True)
        return
    program, *_ = context.command_path.split()
    command = f"{context.command_path} {context.help_option_names[0]}"
    click.echo(f"{program}: {what}" + said(f"; {command} tells more"), err=True)
