"""Files on their way in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SeveralFiles(forms.ClearableFileInput):
    """A control that takes several files at once."""

    allow_multiple_selected = True


class UploadForm(forms.Form):
    """The files; what is wrong with them is said by the service, which knows their limits."""

    exports = forms.FileField(
        required=False,
        label=_("Files"),
        help_text=_("CSV, TSV or Excel (.xlsx, .xls, .xlsb, .ods). Several at once are fine."),
        widget=SeveralFiles(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.xlsb,.ods"}),
    )
