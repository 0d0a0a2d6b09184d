"""A minimal EIDO as a report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dronectl.errors import InputError
from dronectl.formats.incidents.report_json import read_report
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentKind, IncidentPlace, IncidentReport

NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
GOLD = IncidentPlace(GeoPoint(16.0519, 103.6574), "ร้านทอง ๒", "gold_shop_2")
PIDF = (
    '<?xml version="1.0"?><presence xmlns:gml="http://www.opengis.net/gml">'
    '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>{}</gml:pos></gml:Point></presence>'
)


def eido(**changes: Any) -> dict[str, Any]:
    return {
        "$id": "urn:emergency:uid:incidentid:a56e556d871:bcf.example.go.th",
        "lastUpdateTimeStamp": "2026-12-01T11:59:30+07:00",
        "eidoVersion": "1.0",
        "issuingElementIdentification": "cad.example.go.th",
        "incidentComponent": {
            "$id": "incident-1",
            "lastUpdateTimeStamp": "2026-12-01T11:59:30+07:00",
            "incidentTypeCommonRegistryText": "FIRE",
            "locationReference": [{"$ref": "loc-2"}],
        },
        "locationComponent": [
            {"$id": "loc-1", "locationByValue": PIDF.format("16.9 103.9")},
            {"$id": "loc-2", "locationByValue": PIDF.format("16.0530 103.6570 34"), "locationDescriptionText": "ตลาด"},
        ],
        "notesComponent": [{"$id": "note-1", "notesActionComments": "<p>ไฟไหม้ &amp; ควัน</p>"}],
        "callComponent": [{"$id": "call-1", "callStartTimestamp": "2026-12-01T04:58:00Z"}],
        **changes,
    }


def place_of(name: str) -> IncidentPlace:
    if name != "gold shop":
        raise InputError("no such place")
    return GOLD


def read(document: object) -> tuple[IncidentReport, str]:
    def kind_of(words: str) -> IncidentKind:
        return IncidentKind.FIRE if "ไฟไหม้" in words else IncidentKind.OTHER

    return read_report(json.dumps(document).encode(), place_of, NOW, "cad", kind_of)


def test_what_a_report_needs_is_found_by_its_references() -> None:
    report, mark = read(eido())
    assert report.place == IncidentPlace(GeoPoint(16.053, 103.657), "ตลาด")
    assert (report.kind, report.words, report.source) == (IncidentKind.FIRE, "FIRE. ไฟไหม้ & ควัน", "cad.example.go.th")
    assert report.reported == datetime(2026, 12, 1, 4, 58, tzinfo=UTC)
    assert mark == "api:cad:urn:emergency:uid:incidentid:a56e556d871:bcf.example.go.th"


def test_an_update_is_the_same_report() -> None:
    later = eido(lastUpdateTimeStamp="2026-12-01T04:59:59Z", notesComponent=[])
    assert read(later)[1] == read(eido())[1]


def test_a_list_of_one_incident_and_a_place_by_its_name() -> None:
    named = eido(
        incidentComponent=[{"incidentTypeCommonRegistryText": "CU1", "incidentTypeInternalText": "CIVIL UNREST"}],
        locationComponent=[{"$id": "x", "locationDescriptionText": "gold shop"}],
        callComponent=None,
    )
    report, _ = read(named)
    assert report.place.point == GOLD.point
    assert report.words.startswith("CIVIL UNREST. CU1")
    assert report.reported == datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"incidentComponent": {}}, "says not what"),
        ({"incidentComponent": []}, "says not what"),
        ({"incidentComponent": "x"}, "says not what"),
        ({"locationComponent": []}, "no position"),
        ({"locationComponent": [{"$id": {}}, {"$id": []}]}, "no position"),
        ({"locationComponent": [{"locationByValue": PIDF.format("91.0 103.0")}]}, "no position"),
        ({"locationComponent": [{"locationByValue": PIDF.format("1.2.3 103.0")}]}, "no position"),
        ({"locationComponent": [{"locationByValue": {"pos": [1, 2]}}]}, "no position"),
        ({"locationComponent": [{"locationDescriptionText": "nowhere"}]}, "no position"),
        ({"$id": "", "incidentComponent": {"incidentTypeCommonRegistryText": "FIRE"}}, "id: not a text"),
        ({"callComponent": [{"callStartTimestamp": "2020-01-01T00:00:00Z"}]}, "24 hours"),
        ({"callComponent": [{"callStartTimestamp": "2026-12-01T04:58:00"}]}, "time zone"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(eido(**changes))


def test_a_hostile_body_costs_no_time() -> None:
    """No reader of XML is asked; patterns look at a bounded text."""
    bomb = "<gml:pos " + "a" * 3_000 + "<" * 5_000 + "<gml:pos>" + "1" * 3_000
    with pytest.raises(InputError, match="no position"):
        read(eido(locationComponent=[{"locationByValue": bomb}] * 70))
