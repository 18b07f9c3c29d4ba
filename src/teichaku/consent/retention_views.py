"""How long each kind of personal data is kept."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from teichaku.accounts.access import needs
from teichaku.accounts.actors import actor_of, person_of
from teichaku.core.forms import plain_widgets
from teichaku.core.retention import retentions
from teichaku.core.settings import setting_read, setting_write

LONGEST = 3_650


class RetentionForm(forms.Form):
    """Days for each kind of data."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # as Django takes them
        for name, kind in retentions.items():
            self.fields[name] = forms.IntegerField(
                label=str(kind.label), help_text=str(kind.days.help), min_value=kind.least,
                max_value=LONGEST, initial=setting_read(kind.days),
            )  # fmt: skip
        plain_widgets(self)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("privacy.decide")
def retention(request: HttpRequest) -> HttpResponse:
    """The days for which data are kept; what is older goes by itself, within a day."""
    form = RetentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        doer = actor_of(person_of(request))
        for name, kind in retentions.items():
            if form.cleaned_data[name] != setting_read(kind.days):
                setting_write(declaration=kind.days, value=form.cleaned_data[name], actor=doer)
        messages.success(request, _("Saved. What is older goes within a day."))
        return redirect("consent:retention")
    status = 422 if form.errors else 200
    return render(request, "consent/retention.html", {"form": form}, status=status)
