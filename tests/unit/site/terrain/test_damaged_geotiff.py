"""A damaged GeoTIFF is one error, and nothing else on stderr."""

from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.site.terrain.geotiff import read_geotiff


def test_the_tiff_reader_does_not_log_beside_the_error(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="cannot be read as a GeoTIFF"):
        read_geotiff(b"II*\0aaaa", source="x.tif")
    assert not caplog.records
    assert capsys.readouterr().err == ""
