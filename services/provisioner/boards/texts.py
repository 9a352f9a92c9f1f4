"""Words."""

from services.provisioner.sdk import dashboard, text
from services.provisioner.verbatim import without_variables


def text_panel(title: str, description: str, content: str) -> dashboard.Panel:
    """Markdown."""
    return dashboard.Panel(
        type_val="text",
        title=title,
        description=description,
        options=text.Options(mode=text.TextMode.MARKDOWN, content=without_variables(content)),
        links=[],
    )
