"""Evidence handed in as a file, kept where only the product reads it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from teichaku.consent.models import Basis
from teichaku.core.errors import InvalidInput
from teichaku.core.personal_data import Person

LARGEST: Final = 10 * 1024 * 1024
PRIVATE: Final = 0o700
Sent: TypeAlias = "UploadedFile[Any]"


def document_path(basis: Basis) -> Path:
    """Where the file of the basis is kept."""
    return _folder(basis) / Path(basis.document).name


def document_name(sent: Sent) -> str:
    """The name that the file is kept under; one that is too large raises ``InvalidInput``."""
    if (sent.size or 0) > LARGEST:
        raise InvalidInput(
            _("%(file)s is larger than 10 MB. Hand in a smaller scan.") % {"file": sent.name},
            field="document",
        )
    return Path((sent.name or "").replace("\\", "/")).name[:200] or "document"


def document_keep(basis: Basis, sent: Sent) -> None:
    """Nothing; the file is kept for the basis."""
    path = document_path(basis)
    path.parent.mkdir(mode=PRIVATE, parents=True)
    path.parent.parent.chmod(PRIVATE)
    with path.open("xb") as target:
        for chunk in sent.chunks():
            target.write(chunk)
    path.chmod(0o600)


def documents_erase(person: Person) -> None:
    """Nothing; what was handed in about the person is gone."""
    for basis in Basis.objects.filter(lead__in=person.leads):
        shutil.rmtree(_folder(basis), ignore_errors=True)


def _folder(basis: Basis) -> Path:
    return Path(settings.STATE_DIR) / "consent" / str(basis.uid)
