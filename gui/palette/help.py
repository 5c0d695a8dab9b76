"""The help of a node: its own words, its ports, its parameters, the columns it gives."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui.translation import words
from nodegraph.parameters import Parameter, with_defaults
from nodegraph.specs import NodeSpec


def help_of(spec: NodeSpec) -> str:
    """The help of a node as Markdown."""
    lines = [f"## {spec.title}", "", spec.help, "", f"`{spec.type}` · {spec.kind} · rev {spec.rev}", ""]
    lines += [ports_of(spec), ""]
    if spec.parameters:
        lines += [f"### {words('Parameters')}", ""]
        lines += [_parameter_line(parameter) for parameter in spec.parameters.values()]
    columns = spec.gives(with_defaults(spec.parameters, {}))
    if columns:
        lines += ["", f"### {words('Columns it gives')}", ""]
        lines += [f"- **{name}** ({info.kind}) {info.help}" for name, info in columns.items()]
    return "\n".join(lines)


def ports_of(spec: NodeSpec) -> str:
    """A line of Markdown with the ports of a node."""
    comes, goes = ", ".join(spec.inputs) or words("nothing"), ", ".join(spec.outputs)
    return words("**In:** {inputs}  **Out:** {outputs}").format(inputs=comes, outputs=goes)


def _parameter_line(parameter: Parameter) -> str:
    given = words("must be given") if parameter.required else words("default {value}")
    default = given.format(value=repr(parameter.default))
    return f"- **{parameter.label}** ({default}) {parameter.help}"


class HelpDialog(QDialog):
    """Shows the help of one node."""

    def __init__(self, spec: NodeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help: {title}").format(title=spec.title))
        text = QTextBrowser(self)
        text.setMarkdown(help_of(spec))
        text.setAccessibleName(self.tr("Help text"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addWidget(buttons)
        self.resize(560, 620)
