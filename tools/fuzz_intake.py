"""Feeds broken files to the readers: each is refused or read, and nothing else may happen."""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
HANGS = 60
Mutation = Callable[[random.Random, bytes], bytes]
WORDS = (
    '" "" ", , ; | 合計 8/9/14 19/8/14 令和8年11月22日 平成31年5月1日 46348.5 1e999 １２０万円'
    " △1,200千円 午後12:30 =1+1 列3 ' - <html> PK"
)
BYTES = "09 0d0a 0a 0d 00 ff efbbbf fffe feff 8160 81 e38182 d0cf11e0a1b11ae1 1b2442"
TOKENS = [
    *(word.encode() for word in WORDS.split()),
    *map(bytes.fromhex, BYTES.split()),
    b'<c t="e"><v>#N/A</v></c>',
    b"9" * 400,
    b'"' + b"x" * 3000,
]
LINES = [
    "会社名,氏名,メール,登録日,受注金額,従業員数,競合",
    '"北の金属, 株式会社",山田 太郎,yamada@example.com,2026/11/22,"1,200千円",120,いいえ',
    '"二行の\n名前",ｻﾄｳ 花子,sato@example.com,令和8年11月22日,120万円,45,○',
    "南精機㈱,髙橋 一,t@example.com,46348.5,△3000,8,no",
    "合計,,,,1203000,,",
]


def seeds() -> dict[str, bytes]:
    """A file of each kind, by its name."""
    text = "\r\n".join(LINES) + "\r\n"
    preamble = "名刺の一覧です。\n合計 3 件\n\n" + text
    grouped = "会社,,,商談,,,\n" + text
    return {
        "utf8.csv": text.encode(),
        "marked.csv": b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
        "cp932.csv": text.encode("cp932"),
        "utf16.csv": text.encode("utf-16"),
        "tab.tsv": text.replace(",", "\t").encode(),
        "preamble.csv": preamble.encode("cp932"),
        "grouped.csv": grouped.encode(),
        "bare.csv": "\n".join(["13101,1000001,A,2026/1/2"] * 9).encode(),
        "rows.xlsx": _workbook(),
        "rows.ods": _open_document(),
    }


def _workbook() -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        workbook.add_worksheet("説明").write("A1", "読んでください")
        sheet = workbook.add_worksheet("一覧")
        sheet.merge_range("A1:C1", "会社")
        for row, line in enumerate(LINES, start=1):
            sheet.write_row(row, 0, line.split(","))
        sheet.write_datetime("D7", _day(), workbook.add_format({"num_format": "yyyy/mm/dd"}))
        sheet.write_formula("E7", "=1/0", None, "#DIV/0!")
    return target.getvalue()


def _day() -> object:
    from datetime import date

    return date(2026, 11, 22)


def _open_document() -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    cell = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    cells = ("".join(cell % text for text in line.replace('"', "").split(",")) for line in LINES)
    rows = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="一覧">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return target.getvalue()


def mutated(chance: random.Random, content: bytes) -> bytes:
    """The file with a few things broken; of a workbook half the time a part inside it."""
    if content.startswith(b"PK") and chance.random() < 0.6:
        return _inside(chance, content)
    for _step in range(chance.randint(1, 6)):
        content = chance.choice(MUTATIONS)(chance, content)
    return content


def _inside(chance: random.Random, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(target, "w") as changed:
        parts = archive.namelist()
        victim = chance.choice(parts)
        for part in parts:
            inner = archive.read(part)
            if part == victim:
                for _step in range(chance.randint(1, 4)):
                    inner = chance.choice(MUTATIONS)(chance, inner)
            changed.writestr(part, inner)
    return target.getvalue()


def _place(chance: random.Random, content: bytes) -> int:
    return chance.randint(0, len(content))


def _flip(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _number in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, content: bytes) -> bytes:
    a, b = sorted((_place(chance, content), _place(chance, content)))
    return content[:a] + content[b:]


def _end(chance: random.Random, content: bytes) -> bytes:
    return content[: _place(chance, content)]


def _repeat(chance: random.Random, content: bytes) -> bytes:
    a, b = sorted((_place(chance, content), _place(chance, content)))
    return content[:b] + content[a:b] * chance.randint(1, 40) + content[b:]


def _insert(chance: random.Random, content: bytes) -> bytes:
    at = _place(chance, content)
    return content[:at] + chance.choice(TOKENS) * chance.randint(1, 3) + content[at:]


def _replace(chance: random.Random, content: bytes) -> bytes:
    old, new = chance.choice(TOKENS), chance.choice(TOKENS)
    return content.replace(old, new, chance.randint(1, 20))


def _recode(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(["cp932", "utf-16", "euc_jp", "utf-16-be"]), "replace")


MUTATIONS: list[Mutation] = [_flip, _cut, _end, _repeat, _insert, _insert, _replace, _recode]


class Run:
    """Files fed so far, and what became of them."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.outcomes: Counter[str] = Counter()
        self._chance = chance
        self._folder = folder

    def feed(self, name: str, content: bytes) -> str:
        """Nothing to complain about: ''. Otherwise what happened."""
        path = self._folder / name
        path.write_bytes(content)
        signal.alarm(HANGS)
        try:
            self.outcomes[self._read(path)] += 1
        except Exception:
            return traceback.format_exc()
        finally:
            signal.alarm(0)
        return ""

    def _read(self, path: Path) -> str:
        from teichaku.core.errors import InvalidInput
        from teichaku.intake.tables import table_open

        try:
            table = table_open(path, headerless=self._chance.random() < 0.1)
            rows = sum(self._check(run, len(table.header)) for run in table.records(3))
            self._typed(table)
        except InvalidInput as error:
            return "refused: " + str(error.data.get("reason", "other"))
        return "read" if rows else "read, no good row"

    def _check(self, run: object, width: int) -> int:
        from teichaku.intake.reader import Records, is_clean

        assert isinstance(run, Records)
        assert run.lines == sorted(set(run.lines)), run.lines
        assert all(len(cells) == width and is_clean(cells) for cells in run.cells)
        assert all(bad.message and bad.line > 0 and is_clean(bad.cells) for bad in run.bad), run.bad
        return len(run.lines)

    def _typed(self, table: object) -> None:
        from zoneinfo import ZoneInfo

        from teichaku.intake.fields import ENTITIES
        from teichaku.intake.mapping import FileMap
        from teichaku.intake.rows import FileRows
        from teichaku.intake.tables import Table

        assert isinstance(table, Table)
        entity = self._chance.choice(list(ENTITIES.values()))
        fields = list(dict.fromkeys([*entity.required, *entity.any_of, *entity.fields]))
        columns = {
            field: (self._chance.choice(table.header),)
            for field in fields[: self._chance.randint(len(entity.required) + 1, len(fields))]
        }
        file_map = FileMap(entity=entity.name, columns=columns, scale={"amount": 1000})
        rows = FileRows(table, file_map, zone=ZoneInfo("Asia/Tokyo"), on_bad=lambda bad, raw: None)
        for chunk in rows.chunks(4):
            assert all(len(values) == len(chunk.lines) for values in chunk.columns.values())


def _files(chance: random.Random, given: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    names = list(given)
    # Workbooks are read in a process of their own, which takes its time.
    weights = [0.3 if given[name].startswith(b"PK") else 1.0 for name in names]
    while True:
        name = chance.choices(names, weights)[0]
        yield name, mutated(chance, given[name])


def _hung(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"more than {HANGS} s")


@click.command()
@click.option("--seconds", default=60, show_default=True)
@click.option("--seed", default=0, help="Which files; 0: others each time.")
@click.option("--keep", default="fuzz-failures", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(seconds: int, seed: int, keep: Path, files: tuple[Path, ...]) -> None:
    """Break seed files (and FILES) for some seconds; fail on anything but a refusal or rows."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teichaku.config.settings")
    django.setup()
    signal.signal(signal.SIGALRM, _hung)
    seed = seed or random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    given = seeds() | {path.name: path.read_bytes() for path in files}
    until, done, failed = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), chance)
        for name, content in _files(chance, given):
            if time.monotonic() > until:
                break
            done += 1
            if trouble := run.feed(name, content):
                failed += 1
                keep.mkdir(exist_ok=True)
                (keep / f"{seed}-{done}-{name}").write_bytes(content)
                click.echo(f"{seed}-{done}-{name}\n{trouble}", err=True)
    click.echo(f"seed {seed}: {done:,} files, {failed} failures")
    for outcome, count in run.outcomes.most_common():
        click.echo(f"{count:>9,}  {outcome}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
