"""States over time: which word held when."""

from collections.abc import Sequence

from services.provisioner.boards.look import Look, Query, legend, panel, targets
from services.provisioner.sdk import common, dashboard, statetimeline


def timeline_panel(look: Look, queries: Sequence[Query]) -> dashboard.Panel:
    """A lane for each series, in the words and colours of the look."""
    options = statetimeline.Options(
        show_value=common.VisibilityMode.AUTO,
        row_height=0.8,
        merge_values=True,
        align_value=common.TimelineValueAlignment.LEFT,
        legend=legend(shown=False),
        tooltip=common.VizTooltipOptions(mode=common.TooltipDisplayMode.SINGLE, sort=common.SortOrder.NONE),
    )
    custom = statetimeline.FieldConfig(line_width=0, fill_opacity=80)
    return panel("state-timeline", look, targets(queries, instant=False), options, custom)
