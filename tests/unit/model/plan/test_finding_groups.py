"""Findings in groups: none is lost, the worst stands for them, the gravest come first."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dronectl.model.plan.finding import Finding, Message, Severity
from dronectl.model.plan.finding_groups import FindingGroup, grouped

ORDER = [Severity.ERROR, Severity.WARNING, Severity.AUTHORISED]


def near(distance_km: float, drone: str = "alpha", sortie: int = 1, **fields: object) -> Finding:
    many = (f"within 9 km of VTUR, nearest {distance_km} km", f"ใกล้ที่สุด {distance_km} กม.")
    words = Message(f"{distance_km} km from VTUR", f"ห่าง VTUR {distance_km} กม.", "near", many)
    values = {"zone": "VTUR", "amount": 9_000 - 1_000 * distance_km, "unit": "m", **fields}
    return Finding("aerodrome", Severity.AUTHORISED, words.english, drone, sortie=sortie, words=words, **values)  # type: ignore[arg-type]


findings = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["fence", "aerodrome", "camera"]),
        severity=st.sampled_from(ORDER),
        message=st.text(min_size=1, max_size=5),
        drone=st.sampled_from(["alpha", "bravo", None]),
        zone=st.sampled_from(["a", "b", None]),
        amount=st.one_of(st.none(), st.floats(0.0, 100.0)),
        authorisation=st.sampled_from(["paper", None]),
        sortie=st.integers(1, 4),
        words=st.one_of(st.none(), st.builds(Message, st.text(), st.text(), st.sampled_from(["x", "y"]))),
    ),
    max_size=30,
)


@given(findings)
def test_no_finding_is_lost_or_told_twice(found: list[Finding]) -> None:
    members = [one for group in grouped(found) for one in group.findings]
    assert Counter(map(id, members)) == Counter(map(id, found))


@given(findings)
def test_the_worst_of_a_group_is_the_worst_of_its_members(found: list[Finding]) -> None:
    for group in grouped(found):
        assert group.worst in group.findings
        assert (group.worst.amount or 0.0) == max(one.amount or 0.0 for one in group.findings)
        assert len({(one.rule, one.severity, one.zone, one.authorisation) for one in group.findings}) == 1
        assert sum(map(len, group.sorties.values())) == len({(one.drone, one.sortie) for one in group.findings})


@given(findings)
def test_errors_come_first_and_what_is_authorised_last(found: list[Finding]) -> None:
    ranks = [ORDER.index(group.severity) for group in grouped(found)]
    assert ranks == sorted(ranks)


def test_a_group_is_told_with_its_number_and_its_worst() -> None:
    found = [near(2.0), near(1.41, "bravo", 3), near(1.5, "bravo", 1), near(1.6, "bravo", 1)]
    (group,) = grouped(found)
    assert group.message == "3 sorties within 9 km of VTUR, nearest 1.41 km"
    assert group.thai == "3 เที่ยวบิน ใกล้ที่สุด 1.41 กม."
    assert group.sorties == {"alpha": [1], "bravo": [3, 1]}


def test_one_finding_says_itself_what_it_is() -> None:
    (group,) = grouped([near(2.0)])
    assert (group.message, group.thai) == ("2.0 km from VTUR", "ห่าง VTUR 2.0 กม.")


def test_other_papers_and_places_are_other_groups() -> None:
    found = [near(2.0, authorisation="a"), near(2.0, authorisation="b"), near(2.0, zone="VTUX", authorisation="a")]
    assert len(grouped(found)) == 3


def test_a_message_that_nobody_knows_stands_for_its_group() -> None:
    unknown = [Finding("fence", Severity.ERROR, "odd", "alpha", sortie=n, amount=float(n)) for n in (1, 2)]
    other = Finding("fence", Severity.ERROR, "odder", "alpha")
    assert grouped([*unknown, other]) == (FindingGroup(tuple(unknown)), FindingGroup((other,)))
    assert grouped(unknown)[0].message == "2 in 2 sorties, worst: odd"
