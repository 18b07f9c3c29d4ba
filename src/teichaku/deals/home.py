"""Where deals have their home: here, or in another tool of which ours is a copy."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.errors import Conflict
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read

HERE = "default"  # the system of deals that have their home with us
pipeline_home = SettingDeclaration(
    "deals.home",
    "here",
    gettext_lazy(
        "Where deals are entered: here, or the name of the tool that is their home. With another"
        " home deals come in by import alone, and no check refuses them."
    ),
)


def pipeline_is_here() -> bool:
    """Whether deals are entered with us."""
    return setting_read(pipeline_home) == pipeline_home.default


def home_check() -> None:
    """Nothing; where deals have another home, entering them here raises ``Conflict``."""
    if not pipeline_is_here():
        raise Conflict(
            _("Deals are entered in %(tool)s; the copy here follows. Enter the change there.")
            % {"tool": setting_read(pipeline_home)}
        )
