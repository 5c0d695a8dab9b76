"""Integer fields: a number field that knows whole numbers only."""

from __future__ import annotations

from gui.inspector.fields.number import NumberField


class IntegerField(NumberField):
    """A whole number."""

    whole = True
