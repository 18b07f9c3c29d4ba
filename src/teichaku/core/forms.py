"""Form fields that pages of every room share."""

from __future__ import annotations

import unicodedata
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d"]


class DayField(forms.DateField):
    """A day, in any spelling usual in Japan and either width; chosen from a calendar on screen."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault(
            "error_messages",
            {"invalid": _("This is no date. Enter one such as 2026/11/22 or 2026年11月22日.")},
        )
        super().__init__(input_formats=DATE_FORMATS, **kwargs)  # type: ignore[arg-type]

    def to_python(self, value: object) -> date | None:
        """The day that the text means, or None for nothing."""
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(" ", "")
        return super().to_python(value)  # type: ignore[arg-type] # Django takes anything


def plain_widgets(form: forms.BaseForm) -> None:
    """Nothing; every control of the form looks like ours and shows no hint in place of a value."""
    for field in form.fields.values():
        attrs = field.widget.attrs
        attrs.pop("placeholder", None)
        if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
            attrs.setdefault("class", "input")
