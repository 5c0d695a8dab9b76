"""Pages from templates: all text in them is escaped."""

from __future__ import annotations

from typing import Any


def rendered(template: str, page: Any) -> str:
    """The template of this name for `page`, as HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nodes.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(page=page).lstrip()
