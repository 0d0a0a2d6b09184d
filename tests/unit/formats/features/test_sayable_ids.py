"""Ids of Thai names: as road signs spell them, short, each once."""

from __future__ import annotations

import re

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.formats.features.sayable_ids import crowded_ids, new_id
from dronectl.site.table import ID_PATTERN


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("บึงพลาญชัย", "bueng_phlanchai"),
        ("สวนสาธารณะบึงพลาญชัย", "suan_bueng_phlanchai"),
        ("โรงเรียนเทศบาล 1", "rongrian_thetsaban_1"),
        ("โรงเรียนเทศบาล ๒", "rongrian_thetsaban_2"),
        ("โรงพยาบาลศรีสะเกษ", "rongphayaban_si_saket"),
        ("วัดมหาพุทธาราม", "wat_mahaphuttharam"),
        ("แม่น้ำมูล", "maenam_mun"),
        ("ถนนขุขันธ์", "thanon_khukhan"),
        ("Big C ศรีสะเกษ", "big_c_si_saket"),
        ("École du Nord", "ecole_du_nord"),
        ("東京", "zone"),
        ("ๆ", "zone"),
        ("\u0e4c\u0e4c", "zone"),
        ("", "zone"),
    ],
)
def test_names_as_they_are_said(name: str, wanted: str) -> None:
    assert new_id(name, "zone", ()) == wanted


def test_a_long_name_keeps_its_beginning_and_its_number() -> None:
    assert new_id("สวนเฉลิมพระเกียรติ 72 พรรษา", "zone", ()) == "suan_chaloem_phra_72"
    assert new_id("ย่านเศรษฐกิจใจกลางเมือง", "zone", ()) == "yan_setthakit_chai_klang"
    assert len(new_id("ตลาดนัดคลองถมวันเสาร์-อาทิตย์ หน้าศาลากลางจังหวัด", "zone", ())) <= 24


def test_names_that_differ_at_their_end_keep_it() -> None:
    """On the radio 'rim one' and 'rim one two' would be the same place."""
    names = ["จุดรวมพล ริมบึงฝั่งตะวันออก ๑", "จุดรวมพล ริมบึงฝั่งตะวันตก ๑", "จุดรวมพล ริมบึงฝั่งเหนือ ๑", "บึงพลาญชัย", "บึงพลาญชัย"]
    crowded = crowded_ids(names)
    assert crowded == {"chut_ruam_phon_rim_1"}
    made: list[str] = []
    for name in names:
        made.append(new_id(name, "rally", made, crowded))
    assert made == [
        "chut_ruam_phon_rim_bueng_fang_tawan_ok_1",
        "chut_ruam_phon_rim_bueng_fang_tawan_tok_1",
        "chut_ruam_phon_rim_bueng_fang_nuea_1",
        "bueng_phlanchai",
        "bueng_phlanchai_2",
    ]


def test_names_that_sound_alike_get_numbers() -> None:
    assert new_id("วัดหมาย", "zone", {"wat_mai"}) == "wat_mai_2"
    assert new_id("東京", "zone", {"zone", "zone_2"}) == "zone_3"


@examples(100)
@given(st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B) | st.sampled_from(" a1-"), max_size=40))
def test_any_heap_of_letters_gets_an_id(name: str) -> None:
    made = new_id(name, "zone", {"zone"})
    assert ID_PATTERN.fullmatch(made)
    assert not re.search("__|_$", made)
