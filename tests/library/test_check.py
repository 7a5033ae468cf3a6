"""Damage: all of it is found and named, and repaired as far as anything is left to repair it from.

One library with some of everything is made once and copied; each test harms its own copy.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from kontext_desktop.errors import LibraryError
from kontext_desktop.library import Library, NewJob, check_rows, schema, sidecars
from kontext_desktop.library.check import check
from kontext_desktop.library.rebuild import rebuild
from kontext_desktop.library.report import Report
from kontext_desktop.model import (
    Candidate,
    Document,
    Frame,
    JobState,
    Origin,
    Received,
    Recipe,
    Size,
    Version,
)

REAL = Origin("https://service.example", False)
WAYS = {
    JobState.QUEUED: "",
    JobState.RUNNING: "sending running",
    JobState.UNSURE: "sending unsure",
    JobState.FAILED: "sending failed",
    JobState.DONE: "sending running downloading",
}
SIZE = Size(80, 60)
DOCUMENTS = 12


def put_picture(library: Library, data: bytes) -> Received:
    return Received(library.blobs.put(data), len(data), SIZE, "PNG", 0, None)


def put_job(library: Library, parent: Version, state: JobState, number: int) -> Version | None:
    sent = f"what is sent {number}".encode()
    recipe = Recipe("model", f"Warmer, {number}.", 3.5, None, number, parent.id, Frame(0, 0, *SIZE))
    new = NewJob(
        parent.document_id, recipe, REAL, 80_000, library.blobs.put(sent), len(sent), str(number)
    )
    [job] = library.put_jobs([new])
    for step in WAYS[state].split():
        changes = {"prediction_id": f"prediction{number}"} if step == "running" else {}
        job = library.move_job(job, JobState(step), f"to {step}", **changes)
    if state is JobState.UNSURE:
        picture = put_picture(library, f"found {number}".encode())
        library.put_candidate(Candidate(job.id, f"candidate{number}", 5.0, (picture,)))
    if state is not JobState.DONE:
        return None
    _, [version] = library.finish_job(
        job, [put_picture(library, f"result {number}".encode())], f"Warmer {number}"
    )
    return version


def put_document(library: Library, path: Path) -> Document:
    sha256, _ = library.blobs.put_file(path)
    return library.put_document(
        name=path.name,
        source_path=str(path),
        master_sha256=sha256,
        size=SIZE,
        format="PNG",
        depth=8,
        title="Original",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen documents; chains of edits; jobs in five states; a refund; a backup of some of it."""
    base = tmp_path_factory.mktemp("made")
    folder = base / "library"
    number = 0
    with Library.open(folder, program="tests") as library:
        for name in range(DOCUMENTS):
            source = base / f"picture {name}.png"
            source.write_bytes(f"master {name}".encode() * 50)
            document = put_document(library, source)
            version = library.get_version(document.current_version_id)
            for state in (*[JobState.DONE] * 5, *WAYS):
                number += 1
                version = put_job(library, version, state, number) or version
            failed = library.list_jobs(document_id=document.id)[8]
            assert failed.state is JobState.FAILED
            library.put_refund(failed, 80_000, "refunded")
            library.put_annotation(version.id, name="Best", rating=4, note="of all", tags=["Sky"])
            if name == 3:
                library.put_in_trash(version.id)
            if name == 2:
                library.put_client(document.id, "Client & Co")
                library.put_never_send(document.id, True)
            if name == DOCUMENTS - 2:
                library.back_up()
    old = time.time() - 3600
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    assert check(folder).findings == ()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "harmed"))


def sql(folder: Path, script: str, *values: Any) -> list[Any]:
    """As a stray program would: no foreign keys, no seals."""
    with closing(sqlite3.connect(folder / schema.DATABASE)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        rows = connection.execute(script, values).fetchall()
        connection.commit()
    return rows


def named(report: Report) -> set[tuple[str, str, str]]:
    return {(finding.kind, finding.place, finding.name) for finding in report.findings}


def repair(folder: Path) -> tuple[tuple[str, ...], Report]:
    """Repair until a second time does nothing; what was done first, and what is left."""
    if check(folder).is_database_lost:
        rebuild(folder, program="tests", wait=0)
    with Library.open(folder, program="tests") as library:
        first = library.repair(library.check())
        before = files(folder)
        second = library.repair(library.check())
        assert second.acts == ()
        assert files(folder) == before
    return first.acts, check(folder)


def files(folder: Path) -> dict[str, bytes]:
    skipped = ("library.db-wal", "library.db-shm", "owner.json", "lock")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in skipped
    }


def dump(folder: Path, *left_out: str) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / schema.DATABASE)) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith("search_") and row[0] not in left_out
        ]
        return {
            table: sorted(map(str, connection.execute(f"SELECT * FROM {table}")))
            for table in tables
        }


def blobs_of(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place // 8 % len(data)] ^= 1 << place % 8
    path.write_bytes(data)


def test_every_flipped_bit_in_a_blob_is_found(folder: Path) -> None:
    blobs = blobs_of(folder)
    chance = random.Random(1)
    for path in blobs:
        flip(path, chance.randrange(10_000))
    assert len(blobs) >= 200
    assert named(check(folder)) == {("corrupt", "blob", path.name) for path in blobs}


def test_every_missing_and_every_short_blob_is_found(folder: Path) -> None:
    blobs = blobs_of(folder)
    for path in blobs[::2]:
        path.unlink()
    for path in blobs[1::2]:
        path.write_bytes(path.read_bytes()[:-1])
    expected = {("missing", "blob", path.name) for path in blobs[::2]}
    expected |= {("corrupt", "blob", path.name) for path in blobs[1::2]}
    assert named(check(folder)) == expected


def sealed_rows(folder: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(folder / schema.DATABASE)) as connection:
        return [
            (table, row[0])
            for table in check_rows.list_sealed(connection)
            for row in connection.execute(f"SELECT sequence FROM {table}")
        ]


def flip_in_row(folder: Path, table: str, sequence: int, chance: random.Random) -> str:
    """One bit of one column, as it is stored; returns the column's name."""
    with closing(sqlite3.connect(folder / schema.DATABASE)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        names.remove("sequence")
        names = [name for name in names if name not in check_rows.UNSEALED.get(table, ())]
        names.remove("id") if "id" in names and chance.random() < 0.8 else None
        while True:
            name = chance.choice(names)
            kind, value = connection.execute(
                f"SELECT typeof({name}), CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB)"
                f" ELSE {name} END FROM {table} WHERE sequence = ?",
                (sequence,),
            ).fetchone()
            if kind == "null" or value == b"":
                continue
            try:
                if kind == "text":
                    data = bytearray(value)
                    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                    connection.execute(
                        f"UPDATE {table} SET {name} = CAST(? AS TEXT) WHERE sequence = ?",
                        (bytes(data), sequence),
                    )
                else:
                    connection.execute(
                        f"UPDATE {table} SET {name} = ? WHERE sequence = ?",
                        (value + (1 << chance.randrange(20)), sequence),
                    )
            except sqlite3.IntegrityError:
                continue
            connection.commit()
            return str(name)


def test_every_flipped_bit_in_a_row_is_found_and_undone(folder: Path) -> None:
    before = dump(folder)
    rows = sealed_rows(folder)
    chance = random.Random(2)
    chance.shuffle(rows)
    rows = rows[:200]
    assert len({table for table, _ in rows}) >= 6
    for table, sequence in rows:
        flip_in_row(folder, table, sequence, chance)
    found = named(check(folder))
    assert {("corrupt", table, str(sequence)) for table, sequence in rows} <= found
    acts, left = repair(folder)
    assert left.damage == ()
    assert len([act for act in acts if act.startswith("Mended a record")]) == 200
    assert dump(folder, "library") == {k: v for k, v in before.items() if k != "library"}


def test_row_that_cannot_be_healed_by_its_seal_comes_from_sidecar_or_backup(folder: Path) -> None:
    before = dump(folder, "library", "job_events", "document_state")
    [[done]] = sql(folder, "SELECT sequence FROM jobs WHERE state = 'done' LIMIT 1")
    [[failed]] = sql(folder, "SELECT sequence FROM jobs WHERE state = 'failed' LIMIT 1")
    for table, sequence in [("jobs", failed), ("versions", 2), ("documents", 1)]:
        sql(
            folder,
            f"UPDATE {table} SET created_at = 1.25, row_hash = 'x' WHERE sequence = ?",
            sequence,
        )
    sql(folder, "UPDATE jobs SET prompt = 'Something else altogether.' WHERE sequence = ?", done)
    _, left = repair(folder)
    assert left.damage == ()
    after = dump(folder, "library", "job_events", "document_state")
    # A done job comes back without what is over with it.
    assert [table for table in before if before[table] != after[table]] in ([], ["jobs"])


DROPPED = [
    "documents",
    "versions",
    "results",
    "jobs",
    "charges",
    "document_state",
    "candidates",
    "charge_events",
    "job_events",
    "annotations",
    "trash",
    "trashed",
]


@pytest.mark.parametrize("table", DROPPED)
def test_dropped_row_is_found_and_put_back(folder: Path, table: str) -> None:
    """The first row of the table: it is in the backup, too."""
    changed = ("library", "job_events", "document_state", "trash", "trashed")
    before = dump(folder, *changed)
    sql(folder, f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
    report = check(folder)
    assert report.damage, f"a row of {table} is gone and nobody notices"
    _, left = repair(folder)
    assert left.damage == ()
    after = dump(folder, *changed)
    assert [name for name in before if before[name] != after[name]] in ([], ["jobs"])


@pytest.mark.parametrize("table", ["documents", "versions", "results", "jobs", "charges"])
def test_table_dropped_whole_is_found(folder: Path, table: str) -> None:
    sql(folder, f"DELETE FROM {table}")
    assert check(folder).damage


@pytest.mark.parametrize(
    ("script", "finding"),
    [
        ("UPDATE charges SET charged = 'no' WHERE charged = 'yes'", "charges"),
        ("UPDATE charges SET amount = amount + 1", "charges"),
        ("UPDATE charges SET at = at + 1", "charges"),
        ("INSERT INTO charges VALUES ('nobody', 'x', 0, 1, 'yes', 1)", "charges"),
        ("UPDATE library SET sequence = 1", "library"),
        ("UPDATE library SET uuid = 'another'", "library"),
        ("UPDATE library SET never_send = 1", "sidecar"),
        ("DELETE FROM search WHERE rowid = 2", "search"),
        ("UPDATE document_state SET current_version_id = 'none'", "document_state"),
        ("UPDATE document_state SET never_send = 0", "sidecar"),
        ("UPDATE document_state SET client = 'Other'", "sidecar"),
        ("DELETE FROM library", "database"),
        ("DELETE FROM tags", "tags"),
        ("UPDATE annotations SET rating = 1", "sidecar"),
        ("UPDATE trashed SET entry = 1", "trashed"),
    ],
)
def test_rows_that_disagree_are_found_and_mended(folder: Path, script: str, finding: str) -> None:
    sql(folder, script)
    report = check(folder)
    assert finding in {one.place for one in report.damage}
    _, left = repair(folder)
    if "nobody" not in script:  # whose charge it is nothing here can tell
        assert left.damage == ()


def test_mark_never_to_send_is_believed_of_any_witness(folder: Path) -> None:
    sql(folder, "UPDATE document_state SET never_send = 0")
    repair(folder)
    with Library.open_reading(folder) as library:
        assert sum(document.never_send for document in library.list_documents()) == 1


def reseal(folder: Path, table: str, sequence: int, **changes: Any) -> None:
    """A mistake of the program rather than of the disk: the row is sealed, and wrong."""
    from kontext_desktop.library.rows import Writing

    with closing(schema.connect(folder / schema.DATABASE, reading_only=False)) as connection:
        row = connection.execute(f"SELECT * FROM {table} WHERE sequence = ?", (sequence,))
        facts = {**dict(row.fetchone()), **changes}
        del facts["row_hash"]
        connection.execute("PRAGMA foreign_keys = OFF")
        Writing(connection, 0.0, str).replace(table, facts)


def test_circles_and_dangling_names_are_found(folder: Path) -> None:
    chain = sql(folder, "SELECT sequence, id FROM versions WHERE job_id IS NOT NULL LIMIT 3")
    (first, _), (second, second_id), (third, _) = chain
    layers = json.dumps([{"result_id": "nothing", "placement": [1, 0, 0, 0, 1, 0]}])
    reseal(folder, "versions", first, parent_ids=json.dumps([second_id]))
    reseal(folder, "versions", second, parent_ids='["nobody"]')
    reseal(folder, "versions", third, layers=layers)
    says = {(one.kind, one.place, one.name) for one in check(folder).findings}
    assert {("dangling", "versions", str(number)) for number, _ in chain} <= says


@pytest.mark.parametrize(
    "changes",
    [
        {"prediction_id": None},
        {"state": "queued"},
        {"state": "a state of another release"},
        {"price": 1},
    ],
)
def test_jobs_in_impossible_states_are_found(folder: Path, changes: dict[str, Any]) -> None:
    [[done]] = sql(folder, "SELECT sequence FROM jobs WHERE state = 'done' LIMIT 1")
    reseal(folder, "jobs", done, **changes)
    assert {one.place for one in check(folder).damage} & {"jobs", "charges"}


def test_sidecars_missing_behind_damaged_and_without_a_row(folder: Path) -> None:
    missing, damaged, behind, *_ = sidecars.list_files(folder)
    missing.unlink()
    flip(damaged, 801)
    facts = json.loads(behind.read_bytes())
    del facts["seal"]
    facts["schema"] = 0
    behind.write_text(json.dumps({**facts, "seal": sidecars._seal(facts)}))
    stray = sidecars.path_of(folder, "stray")
    stray.parent.mkdir()
    stray.write_bytes(b"{}")
    name = {path: str(path.relative_to(folder)) for path in (missing, damaged, behind, stray)}
    assert named(check(folder)) == {
        ("missing", "sidecar", name[missing]),
        ("corrupt", "sidecar", name[damaged]),
        ("behind", "sidecar", name[behind]),
        ("corrupt", "sidecar", name[stray]),
    }
    _, left = repair(folder)
    assert left.findings == ()
    assert not stray.exists()
    assert (folder / "quarantine" / "stray.json.damaged").exists()


def test_sidecars_name_no_address_and_no_key(made: Path) -> None:
    with closing(sqlite3.connect(made / schema.DATABASE)) as connection:
        jobs = connection.execute("SELECT count(*) FROM versions").fetchone()[0]
    texts = [path.read_text() for path in sidecars.list_files(made)]
    assert len(texts) == jobs
    for text in texts:
        assert "upload" not in text
        assert "output_urls" not in text


def test_orphans_and_strangers_are_told_apart_from_damage(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        orphan = library.blobs.path(library.blobs.put(b"nobody's"))
    fresh = check(folder)
    assert fresh.findings == (), "its row may be on the way"
    os.utime(orphan, (1, 1))
    for stranger in ("notes.txt", "blobs/ab/notes", "tmp/notes", "sidecars/notes"):
        (folder / stranger).parent.mkdir(exist_ok=True)
        (folder / stranger).write_text("mine")
    report = check(folder)
    assert named(report) == {
        ("orphan", "blob", orphan.name),
        ("orphan", "file", "notes.txt"),
        ("orphan", "file", "blobs/ab/notes"),
        ("orphan", "file", "tmp/notes"),
        ("orphan", "file", "sidecars/notes"),
    }
    assert report.damage == ()
    acts, _ = repair(folder)
    assert acts == ()


def test_master_is_put_back_from_where_it_came(folder: Path) -> None:
    masters = [row[0] for row in sql(folder, "SELECT master_sha256 FROM documents")]
    for sha256 in masters[::2]:
        flip(folder / "blobs" / sha256[:2] / sha256, 77)
    for sha256 in masters[1::2]:
        (folder / "blobs" / sha256[:2] / sha256).unlink()
    _, left = repair(folder)
    assert left.findings == ()
    assert len(list((folder / "quarantine").glob("*.damaged"))) == len(masters[::2])


def test_result_is_put_back_from_a_copy_and_else_named(folder: Path) -> None:
    first, second = [row[0] for row in sql(folder, "SELECT sha256 FROM results LIMIT 2")]
    kept = folder / "backups" / "blobs" / first[:2] / first
    kept.parent.mkdir(parents=True)
    shutil.copy(folder / "blobs" / first[:2] / first, kept)
    for sha256 in (first, second):
        flip(folder / "blobs" / sha256[:2] / sha256, 3)
    _, left = repair(folder)
    assert named(left) == {("missing", "blob", second)}


def test_damaged_backup_is_found_and_moved(folder: Path) -> None:
    [path] = (folder / "backups").iterdir()
    path.write_bytes(path.read_bytes()[:-4096])
    assert named(check(folder)) == {("corrupt", "backup", f"backups/{path.name}")}
    _, left = repair(folder)
    assert left.findings == ()


def damage_missing(database: Path) -> None:
    database.unlink()


def damage_overwritten(database: Path) -> None:
    database.write_bytes(os.urandom(20_000))


def damage_empty(database: Path) -> None:
    database.write_bytes(b"")


def damage_hole(database: Path) -> None:
    """A disk that gives zeros for a part of the file."""
    data = bytearray(database.read_bytes())
    start = len(data) // 3 // 4096 * 4096
    data[start : start + 5 * 4096] = bytes(5 * 4096)
    database.write_bytes(data)


@pytest.mark.parametrize("with_backup", [True, False])
@pytest.mark.parametrize("damage", [damage_missing, damage_overwritten, damage_empty, damage_hole])
def test_lost_database_is_built_anew(
    folder: Path, damage: Callable[[Path], None], with_backup: bool
) -> None:
    if not with_backup:
        shutil.rmtree(folder / "backups")
    columns = "id, sequence, document_id, parent_ids, layers, title, row_hash"
    versions = sql(folder, f"SELECT {columns} FROM versions")
    annotations = sql(folder, "SELECT * FROM annotations")
    results = sql(folder, "SELECT * FROM results")
    with Library.open_reading(folder) as library:
        library_id, spent = library.id, library.spend(REAL, 0)
    database = folder / schema.DATABASE
    damage(database)
    harmed = database.read_bytes() if database.exists() else None
    report = check(folder)
    assert report.is_database_lost
    acts = rebuild(folder, program="tests", wait=0)
    assert acts
    if harmed is not None:
        kept = list((folder / "quarantine").glob("library-*.db"))
        assert [path.read_bytes() for path in kept] == [harmed]
    _, left = repair(folder)
    orphans = {finding.place for finding in left.findings}
    assert left.damage == () or damage is damage_hole
    assert orphans <= {"blob", "jobs", "charges", "documents"}
    assert sql(folder, f"SELECT {columns} FROM versions") == versions
    assert sql(folder, "SELECT * FROM results") == results
    assert sql(folder, "SELECT * FROM annotations") == annotations
    with Library.open(folder, program="tests") as library:
        assert library.id == library_id
        assert library.list_damaged() == []
        assert sum(one.never_send for one in library.list_documents()) == 1
        assert [one.client for one in library.list_documents() if one.client] == ["Client & Co"]
        done = [job for job in library.list_jobs() if job.state is JobState.DONE]
        assert len(done) == len(results)
        assert library.spend(REAL, 0).certain >= 80_000 * len(done)
        assert spent.certain >= 80_000 * len(done)
        assert library.list_documents("Warmer")
        parent = library.list_versions(library.list_documents()[0].id)[0]
        assert put_job(library, parent, JobState.DONE, 1000)


def test_rebuilding_is_refused_while_another_writes(folder: Path) -> None:
    with Library.open(folder, program="the window"), pytest.raises(LibraryError, match="window"):
        rebuild(folder, program="tests", wait=0)


def test_damaged_pages_never_end_in_a_stack(folder: Path) -> None:
    """One bit anywhere in the file: found where it matters, and never more than a sentence."""
    database = folder / schema.DATABASE
    whole = database.read_bytes()
    chance = random.Random(3)
    for _ in range(40):
        data = bytearray(whole)
        data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)
        database.write_bytes(data)
        check(folder, deep=False)
        with suppress(LibraryError), Library.open_reading(folder) as library:
            library.list_documents()
            library.list_jobs()


def test_damaged_row_costs_one_row(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    sql(folder, "UPDATE documents SET name = 'other' WHERE sequence = 1")
    made = "SELECT sequence FROM versions WHERE job_id IS NOT NULL ORDER BY sequence LIMIT 9"
    sql(folder, f"UPDATE versions SET title = 'other' WHERE sequence IN ({made})")
    sql(
        folder, "UPDATE jobs SET prompt = 'other' WHERE sequence = (SELECT min(sequence) FROM jobs)"
    )
    with Library.open(folder, program="tests") as library:
        documents = library.list_documents()
        assert len(documents) == DOCUMENTS - 1
        versions = [version for one in documents for version in library.list_versions(one.id)]
        assert len(versions) < 7 * (DOCUMENTS - 1)
        assert len(library.list_jobs()) == 10 * DOCUMENTS - 1
        assert len(library.list_charges()) == 10 * DOCUMENTS - 1
        assert len(library.list_damaged()) > 2
        library.repair(library.check())
        assert len(library.list_documents()) == DOCUMENTS
        assert library.list_damaged() == []


def test_nothing_is_damaged_where_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library yet"):
        check(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    (stranger / "library.db").write_text("not ours")
    with pytest.raises(LibraryError, match="not a library"):
        check(stranger)


def test_checking_goes_on_beside_a_writer(folder: Path) -> None:
    with Library.open(folder, program="tests") as library:
        parent = library.list_versions(library.list_documents()[0].id)[0]
        seen: list[int] = []

        def report(_: object) -> None:
            if len(seen) < 5:
                put_job(library, parent, JobState.DONE, 500 + len(seen))
                seen.append(1)

        assert library.check(report=report).findings == ()
    assert check(folder).findings == ()
