"""What is known of an aircraft, put together of messages that each say a little."""

from __future__ import annotations

import math
import random

import pytest

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.traffic import TrafficReport
from dronectl.ops.traffic.contacts import FORGOTTEN_S, MOST_CONTACTS, Contacts
from dronectl.ops.traffic.sky import standard_altitude_m

HERE = GeoPoint(16.0529, 103.6503)


def test_messages_add_up_and_each_value_keeps_its_age() -> None:
    contacts = Contacts()
    contacts.take(TrafficReport(7, 1.0, "a", callsign="THA1"))
    contacts.take(TrafficReport(7, 2.0, "b", position=HERE, pressure_altitude_m=300.0))
    contacts.take(TrafficReport(7, 4.0, "a", ground_speed_m_s=50.0, track_deg=10.0))
    (contact,) = contacts.at(5.0)
    assert (contact.name, contact.position, contact.ground_speed_m_s) == ("THA1", HERE, 50.0)
    assert contact.age_s(5.0) == 3.0


def test_what_was_heard_before_is_not_taken_for_now() -> None:
    contacts = Contacts()
    contacts.take(TrafficReport(7, 10.0, "a", position=HERE))
    contacts.take(TrafficReport(7, 8.0, "b", position=GeoPoint(17.0, 103.0)))
    assert contacts.at(10.0)[0].position == HERE


def test_who_is_not_heard_is_forgotten_and_begins_anew() -> None:
    contacts = Contacts()
    contacts.take(TrafficReport(7, 0.0, "a", callsign="THA1", position=HERE))
    assert contacts.at(FORGOTTEN_S + 1.0) == ()
    contacts.take(TrafficReport(7, FORGOTTEN_S + 2.0, "a"))
    assert contacts.at(FORGOTTEN_S + 2.0)[0].callsign is None


def test_an_invented_crowd_takes_no_more_than_its_room() -> None:
    contacts = Contacts()
    for address in range(1, 3 * MOST_CONTACTS):
        contacts.take(TrafficReport(address, address / 1000.0, "a", position=HERE))
    assert len(contacts.at(2.0)) <= MOST_CONTACTS


@pytest.mark.parametrize("turn_deg_s", [0.0, 1.0, -3.0])
def test_a_turn_is_seen_through_courses_that_are_rounded_across_north(turn_deg_s: float) -> None:
    contacts = Contacts()
    for second in range(12):
        contacts.take(
            TrafficReport(7, second, "a", ground_speed_m_s=60.0, track_deg=round(355.0 + turn_deg_s * second) % 360)
        )
    assert contacts.at(12.0)[0].turn_deg_s == pytest.approx(turn_deg_s, abs=0.15)


def test_one_that_tells_places_alone_has_the_velocity_that_they_show() -> None:
    contacts, plane, noise = Contacts(), LocalPlane(HERE), random.Random(1)
    for second in range(12):
        east_m, north_m = (36.0 * second + noise.gauss(0, 5.0), 48.0 * second + noise.gauss(0, 5.0))
        contacts.take(TrafficReport(7, second, "a", position=GeoPoint(*plane.to_degrees((east_m, north_m)))))
    (contact,) = contacts.at(12.0)
    assert contact.ground_speed_m_s == pytest.approx(60.0, abs=3.0)
    assert contact.track_deg == pytest.approx(math.degrees(math.atan2(36, 48)), abs=3.0)


@pytest.mark.parametrize(("hpa", "metres"), [(1013.25, 0.0), (954.61, 500.0), (898.75, 1000.0), (794.95, 2000.0)])
def test_heights_of_the_standard_atmosphere(hpa: float, metres: float) -> None:
    """As the tables of the ICAO Standard Atmosphere have them."""
    assert standard_altitude_m(hpa) == pytest.approx(metres, abs=1.0)
