"""What was imported when, and the rows that could not come in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from teichaku.core.ids import uuid7
from teichaku.core.models import ActedRow


class Upload(ActedRow):
    """Files that a person handed in together, kept aside until they are read or given up."""

    class Purpose(models.TextChoices):
        IMPORT = "import"
        DIAGNOSIS = "diagnosis"
        EXHIBITION = "exhibition"

    class State(models.TextChoices):
        CHOOSING = "choosing"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose)
    state = models.CharField(max_length=8, choices=State, default=State.CHOOSING)
    at = models.DateTimeField()
    language = models.CharField(max_length=10)
    options = models.JSONField(default=dict)
    rows_done = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    message = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["at"], condition=Q(finished_at=None), name="intake_upload_unfinished"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(purpose__in=["import", "diagnosis", "exhibition"])
                & Q(state__in=["choosing", "waiting", "running", "done", "failed"]),
                name="intake_upload_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.uid}"


class UploadedFile(models.Model):
    """One of the files: its own name, and how its columns are read (``maps``).

    ``found`` is what was guessed about it, and why.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.TextField()
    size = models.BigIntegerField()
    maps = models.JSONField(default=list)
    problem = models.TextField(blank=True, default="")
    found = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upload", "position"], name="intake_uploadedfile_position"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(ActedRow):
    """One file handed in: which one, by whom, and what became of its rows.

    ``mapping`` is how its columns were read, as YAML. ``undone_at`` is when it was taken back.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    entity = models.TextField()
    file_name = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    header = models.JSONField(default=list)
    mapping = models.TextField(blank=True, default="")
    upload = models.ForeignKey(Upload, null=True, on_delete=models.SET_NULL, related_name="runs")
    error = models.TextField(blank=True, default="")
    undo_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undo_counts = models.JSONField(default=dict)

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


class ImportedRows(models.Model):
    """Rows that a run added to a table: those from ``first`` to ``last``, as far as they exist.

    From ``done_from`` on they were taken back. ``kept``: these could not be, as others need them.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="added")
    table = models.CharField(max_length=60)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    done_from = models.BigIntegerField(null=True)
    kept = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run", "table", "last"], name="intake_importedrows_run"),
            models.Index(fields=["table", "first"], name="intake_importedrows_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__lte=F("last")), name="intake_importedrows_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.first}-{self.last}"


class SavedMapping(ActedRow):
    """How files with these columns are read, as somebody confirmed it."""

    fingerprint = models.CharField(max_length=64)  # of the names of the columns
    entity = models.TextField()
    document = models.TextField()
    position = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fingerprint", "entity"], name="intake_savedmapping_columns"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity}: {self.fingerprint[:8]}"
