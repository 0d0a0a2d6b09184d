"""``track export --all --cluster``: Dask's workers write what this machine would."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from photo_flight import with_photographs
from repository import DATA, REPOSITORY

from dronectl.cli.main import run


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two workers, each in a process of its own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    card = tmp_path / "การ์ด"
    card.mkdir()
    shutil.copy(DATA / "sitl-drone1.tlog", card / "a.tlog")
    (card / "a.bin").write_bytes((DATA / "sitl-drone1.bin").read_bytes()[:-5])
    (card / "photos.tlog").write_bytes(with_photographs((DATA / "sitl-drone1.tlog").read_bytes(), every=40))
    (card / "empty.tlog").touch()
    return card


def files_of(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if not path.name.endswith(".json")}


@pytest.mark.xdist_group("cluster")
def test_the_same_bytes(scheduler: str, card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["track", "export", "--all", card.name, "--format", "kml", "--manifest", "--workspace", str(REPOSITORY)]
    assert run([*arguments, "-o", "there", "--cluster", scheduler]) == 2
    told = capsys.readouterr()
    assert "3 of 4 recordings exported" in told.err
    assert "empty.tlog: the file is empty" in told.err
    assert f"note: {card / 'a.bin'}: ends inside a frame, all before it is used" in told.err
    assert run([*arguments, "-o", "here"]) == 2
    assert files_of("there") == files_of("here")
    assert files_of("here").keys() == {"a.tlog.kml", "a.bin.kml", "photos.tlog.kml"}
    assert b"Photo footprints, flight 1" in files_of("there")["photos.tlog.kml"]
    assert run(["track", "verify", "there/tracks.manifest.json"]) == 0


@pytest.mark.xdist_group("cluster")
def test_a_worker_of_another_version_is_refused(
    scheduler: str, card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dronectl.ops.recordings.cluster.__version__", "99.0")
    assert run(["track", "export", "--all", str(card), "-o", "out", "--cluster", scheduler]) == 2
    assert "here is 99.0: their files could differ" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [("host:8786", 2, "no address of a scheduler"), ("tcp://127.0.0.1:1", 4, "no Dask scheduler answers")],
)
def test_where_nobody_is(
    address: str,
    code: int,
    words: str,
    card: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("dronectl.ops.recordings.cluster._CONNECT_S", 1)
    assert run(["track", "export", "--all", str(card), "-o", "out", "--cluster", address]) == code
    assert words in capsys.readouterr().err


def test_without_the_extra_it_is_named(
    card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["track", "export", "--all", str(card), "-o", "out", "--cluster", "tcp://localhost:8786"]) == 2
    assert "pip install 'dronectl[cluster]'" in capsys.readouterr().err
