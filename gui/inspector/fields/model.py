"""Model fields: the installed catalogue's models of one kind, with size, licence and whether they are here."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QComboBox, QLabel, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from gui.inspector.fields.field import Field, FieldContext, calm_wheel
from gui.inspector.words import size_text
from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.hub_ids import EXAMPLE, PREFIX
from nodegraph.parameters import ModelOf


def is_here(entry: ModelEntry) -> bool:
    """Whether the model's files are on this machine, as far as their names tell. Reads no file and asks no network."""
    from nodegraph.models.inventory import missing
    from nodegraph.models.places import places_of

    if entry.embedded:
        return True
    places = places_of()
    folders = [places.folder_of(entry)]
    if entry.repo:
        snapshots = places.repository_of(entry) / "snapshots"
        folders += [places.snapshot_of(entry, entry.revision)] if entry.revision else sorted(snapshots.glob("*"))
    try:
        return any(folder.is_dir() and not missing(entry, folder) for folder in folders)
    except OSError:
        return False


_LINE = int(Qt.ItemDataRole.UserRole) + 1


class _TwoLines(QStyledItemDelegate):
    """Writes size, licence and state under the title, in the open list."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Adds the second line."""
        super().initStyleOption(option, index)
        if line := index.data(_LINE):
            option.text = f"{option.text}\u2028{line}"  # what Qt draws as a new line here


class ModelField(Field):
    """The id of a model."""

    def __init__(self, context: FieldContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        facet = self.parameter.facet(ModelOf)
        self._facet = facet
        self._entries = context.registry.models_of(facet.kind) if facet else []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.box = QComboBox(self)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(14)
        if self.parameter.nullable:
            self.box.addItem(self.tr("Not set"), None)
        for entry in self._entries:
            self.box.addItem(entry.title, entry.id)
            row = self.box.count() - 1
            self.box.setItemData(row, self._line(entry), _LINE)
            self.box.setItemData(row, entry.note or entry.title, Qt.ItemDataRole.ToolTipRole)
        self._known = self.box.count()
        self.box.setItemDelegate(_TwoLines(self.box))
        self.box.view().setMinimumWidth(380)
        calm_wheel(self.box)
        self.box.activated.connect(lambda index: self.say(self.box.itemData(index)))
        if self._facet is not None and self._facet.hub:
            self._take_hub_ids()
        layout.addWidget(self.box)
        self._state = QLabel(self)
        self._state.setWordWrap(True)
        layout.addWidget(self._state)
        self.restricted = QLabel(self.tr("Restricted licence: read it before you use what it makes."), self)
        self.restricted.setProperty("role", "warning")
        self.restricted.setWordWrap(True)
        layout.addWidget(self.restricted)
        self._state.setProperty("role", "dim")
        self.set_main(self.box)

    def show_value(self, value: object) -> None:
        """Chooses the model; an unknown id is kept and marked."""
        while self.box.count() > self._known:
            self.box.removeItem(self.box.count() - 1)
        index = self.box.findData(value)
        if index < 0 and value:
            self.box.addItem(str(value), value)
            index = self._known
            if self._entry_of(value) is None:
                self.box.setItemData(index, QBrush(self.context.theme["state_error"]), Qt.ItemDataRole.ForegroundRole)
        self.box.setCurrentIndex(index)
        entry = self._entry_of(value)
        self._state.setText(self._line(entry) if entry else "")
        self._state.setToolTip(entry.note if entry else "")
        self._state.setVisible(entry is not None)
        self.restricted.setVisible(entry is not None and entry.restricted)

    def show_mixed(self) -> None:
        """Shows that the nodes differ."""
        self.show_value(None)
        self.box.setPlaceholderText(self.tr("Several values"))

    def _entry_of(self, value: object) -> ModelEntry | None:
        return self.context.registry.model(str(value), self._facet) if value and self._facet is not None else None

    def _take_hub_ids(self) -> None:
        """A model of the hub can be typed in; the list stays for the others."""
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.box.lineEdit()
        assert line is not None
        line.setToolTip(self.tr("Choose one, or type a model of the Hugging Face hub: {0}").format(EXAMPLE))
        line.setAccessibleName(self.tr("Model"))
        line.editingFinished.connect(lambda: self._typed(line.text().strip()))

    def _typed(self, text: str) -> None:
        """What was typed counts when it is the name of no model in the list: that one was chosen already."""
        if text.startswith(PREFIX) and text != self.box.currentData():
            self.say(text)
        elif not text.startswith(PREFIX):
            self.box.setEditText(self.box.itemText(self.box.currentIndex()))

    def _line(self, entry: ModelEntry) -> str:
        if entry.embedded:
            state = self.tr("shipped with the app")
        else:
            state = self.tr("on this machine") if is_here(entry) else self.tr("downloaded on its first run")
        licence = self.tr("{0} (restricted)").format(entry.licence) if entry.restricted else entry.licence
        size = [size_text(entry.bytes)] if entry.bytes else []
        return " · ".join((*size, licence, state))
