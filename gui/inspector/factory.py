"""The field factory: which field a parameter gets, decided from its facets and type alone."""

from __future__ import annotations

from typing import get_args, get_origin

from PySide6.QtWidgets import QWidget

from gui.inspector.fields.choice import choice_field, choices_of
from gui.inspector.fields.colour import ColourField
from gui.inspector.fields.column import ColumnField
from gui.inspector.fields.columns import ColumnsField
from gui.inspector.fields.expression import ExpressionField
from gui.inspector.fields.field import Field, FieldContext
from gui.inspector.fields.flag import FlagField
from gui.inspector.fields.integer import IntegerField
from gui.inspector.fields.model import ModelField
from gui.inspector.fields.number import NumberField
from gui.inspector.fields.path import PathField
from gui.inspector.fields.raw import RawField
from gui.inspector.fields.terms import TermsField
from gui.inspector.fields.text import TextField
from gui.inspector.fields.texts import TextsField
from nodegraph.parameters import (
    Colour,
    Column,
    ColumnTerms,
    Expression,
    File,
    Folder,
    ModelOf,
    Parameter,
    union_members,
)


def field_for(context: FieldContext, parent: QWidget | None = None) -> Field:
    """A field for the parameter of the context."""
    parameter = context.parameter
    if choices_of(parameter):
        return choice_field(context, parent)
    return _field_class(parameter)(context, parent)


def _field_class(parameter: Parameter) -> type[Field]:
    types = [member for member in union_members(parameter.type) if member is not type(None)]
    kind = types[0] if len(types) == 1 else None
    if get_origin(kind) is list and get_args(kind) == (str,):
        facets: list[tuple[type, type[Field]]] = [(Column, ColumnsField), (ColumnTerms, TermsField)]
        return next((field for facet, field in facets if parameter.facet(facet)), TextsField)
    if kind is str:
        facets = [
            (Column, ColumnField), (Folder, PathField), (File, PathField), (ModelOf, ModelField),
            (Expression, ExpressionField), (Colour, ColourField),
        ]  # fmt: skip
        return next((field for facet, field in facets if parameter.facet(facet)), TextField)
    simple: dict[object, type[Field]] = {bool: FlagField, int: IntegerField, float: NumberField}
    if set(types) == {int, float}:
        return NumberField
    return simple.get(kind, RawField)
