"""What was imported when, and the rows that could not come in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow


class ImportRun(ActedRow):
    """One file handed in: which one, by whom, and what became of its rows."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    entity = models.TextField()
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["started_at"], name="intake_importrun_started")]

    def __str__(self) -> str:
        return f"{self.entity}: {self.file_name}"


class RejectedRow(models.Model):
    """A row in quarantine: where it stands in the file, why it stayed out, what it said."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejected_rows")
    line = models.PositiveBigIntegerField()
    reason = models.TextField()
    message = models.TextField()
    raw = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "line"], name="intake_rejectedrow_line")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
