"""What the maker of a site pastes into its pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from teichaku.core.addresses import absolute
from teichaku.tracking.models import Site


def tag_snippet(site: Site) -> str:
    """The line that loads the tag."""
    address = absolute(reverse("tracking:tag", args=[site.key]))
    return str(format_html('<script async src="{}"></script>', address))


def notice_address(site: Site) -> str:
    """Where the notice of external transmission can be read by anybody."""
    return absolute(reverse("tracking:notice", args=[site.key]))


def notice_snippet(site: Site) -> str:
    """A link to the notice, for the foot of every page of the site."""
    text = _("External transmission of visitor data")
    return str(format_html('<a href="{}">{}</a>', notice_address(site), text))
