"""A diagnosis asked for on a page: made in a process and a database of its own, kept for a day."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.checklist.confirmed_maps import confirmed_maps_write
from teichaku.core.canonical import Json
from teichaku.intake.mapping import FileMap
from teichaku.intake.models import Upload
from teichaku.intake.uploads import (
    PRIVATE,
    file_path,
    maps_of,
    spool,
    upload_begin,
    upload_finish,
)

KIND = "checklist.diagnose"
LONGEST_S = 3_600
RESULTS = {
    "html": ("report.html", "text/html; charset=utf-8"),
    "xlsx": (
        "lists.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "json": ("report.json", "application/json"),
}


def result_path(upload: Upload, kind: str) -> Path:
    """Where a result of that kind is kept, if the diagnosis came to one."""
    return spool(upload) / "result" / RESULTS[kind][0]


def result_read(upload: Upload) -> dict[str, Any]:
    """The diagnosis as one object; nothing where there is none or it is a day old."""
    path = result_path(upload, "json")
    return cast("dict[str, Any]", json.loads(path.read_text("utf-8"))) if path.exists() else {}


def upload_diagnose(payload: Mapping[str, Json]) -> None:
    """Nothing; the results are there, or the upload tells why not. The files are gone."""
    upload = Upload.objects.get(pk=cast(int, payload["upload"]))
    if upload.finished_at is not None:
        return
    upload_begin(upload=upload)
    folder = spool(upload) / "files"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with translation.override(upload.language):
            message = _diagnose(upload, folder)
            upload_finish(upload=upload, message=message)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _diagnose(upload: Upload, folder: Path) -> str:
    """Why there is no result; '' where there is."""
    maps = _gather(upload, folder)
    if not maps:
        return _("Every file was left out.")
    result_path(upload, "json").parent.mkdir(mode=PRIVATE, exist_ok=True)
    told = folder / ".maps.json"
    confirmed_maps_write(told, maps)
    command = [
        sys.executable, "-m", "teichaku.cli", "diagnose", str(folder), "--json",
        "--maps", str(told), "--lang", upload.language[:2],
        "--html", str(result_path(upload, "html")), "--excel", str(result_path(upload, "xlsx")),
    ]  # fmt: skip
    if upload.options.get("hide_names"):
        command.append("--hide-names")
    try:
        done = subprocess.run(  # noqa: S603 - our own program on our own files
            command, capture_output=True, timeout=LONGEST_S, check=False, text=True,
            encoding="utf-8",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _("The diagnosis took more than an hour and was stopped. Use fewer rows.")
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else _("It failed.")
    result_path(upload, "json").write_text(done.stdout, encoding="utf-8")
    return ""


def _gather(upload: Upload, folder: Path) -> dict[str, list[FileMap]]:
    """The maps of the files that now lie in the folder, by name."""
    folder.mkdir(mode=PRIVATE)
    found: dict[str, list[FileMap]] = {}
    for file in upload.files.order_by("position"):
        maps = maps_of(file)
        if maps and file_path(file).exists():
            name = file.name if file.name not in found else f"{file.position}-{file.name}"
            os.link(file_path(file), folder / name)
            found[name] = maps
    return found
