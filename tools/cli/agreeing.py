"""Whether the user agrees to what was just said."""

from __future__ import annotations

import sys

import click

from tools.cli.problems import Exit, Problem


def agrees(question: str, *, or_else: str) -> bool:
    """Raises Problem, which says `or_else`, where nobody can be asked."""
    if not is_terminal():
        raise Problem(or_else, Exit.FOUND_TROUBLE)
    return click.confirm(question)


def is_terminal() -> bool:
    return sys.stdin.isatty()
