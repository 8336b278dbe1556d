"""Files: whole or not there at all, under our own names, in a folder or anywhere else."""

from pathlib import Path

import pytest

from service.platform import files, settings
from service.platform.files import Files


@pytest.fixture(params=["file", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Files(tmp_path.as_uri() if request.param == "file" else f"memory://{tmp_path.name}")


def test_what_was_written_is_read_and_can_go(kept: Files) -> None:
    with kept.write("exports/one.csv") as file:
        file.write(b"a" * 200_000)
    assert kept.size("exports/one.csv") == 200_000
    assert b"".join(files.pieces(kept.open("exports/one.csv"))) == b"a" * 200_000
    kept.remove("exports/one.csv")
    kept.remove("exports/one.csv")
    with pytest.raises(FileNotFoundError):
        kept.open("exports/one.csv")


def test_half_a_file_is_none(kept: Files) -> None:
    def broken() -> None:
        with kept.write("exports/half.csv") as file:
            file.write(b"a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with pytest.raises(FileNotFoundError):
        kept.open("exports/half.csv")


@pytest.mark.parametrize("name", ["../secret", "exports/../../x", "/etc/passwd", "", "A", "a b", "a\0"])
def test_names_that_lead_elsewhere_are_refused(kept: Files, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"), kept.write(name) as file:
        file.write(b"a")


def test_a_reader_who_goes_away_leaves_nothing_open(tmp_path: Path) -> None:
    kept = Files(tmp_path.as_uri())
    with kept.write("exports/long.csv") as file:
        file.write(b"a" * 200_000)
    opened = kept.open("exports/long.csv")
    reading = files.pieces(opened)
    next(reading)
    reading.close()  # type: ignore[attr-defined] # a generator's
    assert opened.closed


def test_they_lie_beside_the_other_data_unless_said_otherwise(tmp_path: Path) -> None:
    development = {"TAZALYQ_ENV": "development"}
    found = settings.read(development | {"TAZALYQ_DATA_DIR": str(tmp_path)})
    assert found.files_url == (tmp_path / "files").as_uri()
    assert settings.read(development | {"FILES_URL": "memory://there"}).files_url == "memory://there"
    for wrong in ("var/files", "nothing://there", "s3://bucket/here"):
        with pytest.raises(settings.SettingsError, match="FILES_URL"):
            settings.read(development | {"FILES_URL": wrong})
