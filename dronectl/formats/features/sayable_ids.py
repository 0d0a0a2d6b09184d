"""Ids for what people name in Thai: spelled as on road signs (RTGS), short enough to be said on the radio, each once.

Thai is written without spaces between words. What places are most often called is known here and spelled as the maps
do; what is left of a name is spelled by thaiphon, sound by sound, as one word.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

_LONGEST_ID = 48
_LONGEST_READ = 120
"""Of a name; what is beyond would be cut in any case."""
_LONGEST_SAID = 24
"""Of what was spelled by sound: some seven syllables."""

_WORDS = {
    "โรงพยาบาล": "rongphayaban",
    "มหาวิทยาลัย": "mahawitthayalai",
    "วิทยาลัย": "witthayalai",
    "โรงเรียน": "rongrian",
    "สวนสาธารณะ": "suan",
    "สถานีตำรวจ": "sathani_tamruat",
    "สถานี": "sathani",
    "สนามกีฬา": "sanam_kila",
    "สนามบิน": "sanam_bin",
    "สนาม": "sanam",
    "ศาลากลาง": "sala_klang",
    "ศาลา": "sala",
    "ธนาคาร": "thanakhan",
    "อนุสาวรีย์": "anusawari",
    "ร้านทอง": "ran_thong",
    "เรือนจำ": "rueancham",
    "เทศบาล": "thetsaban",
    "แม่น้ำ": "maenam",
    "จังหวัด": "changwat",
    "อำเภอ": "amphoe",
    "ตำบล": "tambon",
    "สะพาน": "saphan",
    "สมเด็จ": "somdet",
    "ตลาด": "talat",
    "ถนน": "thanon",
    "เมือง": "mueang",
    "คลอง": "khlong",
    "หนอง": "nong",
    "ห้วย": "huai",
    "บ้าน": "ban",
    "รถไฟ": "rot_fai",
    "ราชการ": "ratchakan",
    "ห้ามบิน": "ham_bin",
    "ขึ้นบิน": "khuen_bin",
    "หอนาฬิกา": "ho_nalika",
    "ย่าน": "yan",
    "สวน": "suan",
    "บึง": "bueng",
    "เขต": "khet",
    "พื้นที่": "phuenthi",
    "จุด": "chut",
    "เสา": "sao",
    "วัด": "wat",
    "ลาน": "lan",
    "ซอย": "soi",
    "สร้าง": "sang",
    "ใหม่": "mai",
    "เฉลิมพระเกียรติ": "chaloem_phra_kiat",
    "พระ": "phra",
    "ศรี": "si",
    "ขอบเขต": "khop_khet",
    "ปฏิบัติการ": "patibatkan",
    "ปฏิบัติงาน": "patibat_ngan",
    "ลาดตระเวน": "lat_trawen",
    "แนว": "naeo",
    "รั้ว": "rua",
    "เศรษฐกิจ": "setthakit",
    "กลาง": "klang",
    "การค้า": "kan_kha",
    "นคร": "nakhon",
    "ประตู": "pratu",
    "อาคาร": "akhan",
    "หมู่บ้าน": "mu_ban",
    "มัสยิด": "matsayit",
    "ท่าเรือ": "tha_ruea",
    "เกาะ": "ko",
    "หาด": "hat",
    "ภูเขา": "phu_khao",
    "ดอย": "doi",
    "น้ำตก": "nam_tok",
    "อ่างเก็บน้ำ": "ang_kep_nam",
    "ทุ่ง": "thung",
    "สี่แยก": "si_yaek",
    "สามแยก": "sam_yaek",
    "วงเวียน": "wong_wian",
    "โรงงาน": "rong_ngan",
    "ศูนย์": "sun",
    "สำนักงาน": "samnak_ngan",
    "ชุมชน": "chumchon",
    "รวมพล": "ruam_phon",
    "ฉุกเฉิน": "chuk_choen",
    "จอด": "chot",
    "ฝั่ง": "fang",
    "ริม": "rim",
    "เหนือ": "nuea",
    "ใต้": "tai",
    "ตะวันออก": "tawan_ok",
    "ตะวันตก": "tawan_tok",
    "กล้องวงจรปิด": "cctv",
    "ร้านสะดวกซื้อ": "ran_saduak_sue",
    "ร้าน": "ran",
    "หน้า": "na",
    "ทางเข้า": "thang_khao",
    "แยก": "yaek",
    "ด้าน": "dan",
    "องค์": "ong",
    "วิทยุ": "witthayu",
    "สื่อสาร": "sue_san",
    "ร้อยเอ็ด": "roi_et",
}
_KNOWN = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_WITHIN = re.compile(
    "|".join(sorted((word for word in _WORDS if len(word) > 3 or word == "ถนน"), key=len, reverse=True))
)
"""Those that no other word holds, so that they may also be found in the middle."""
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_PIECES = re.compile(r"[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e]+|[^\W_\u0e01-\u0e4e]+")
_THAI = re.compile(r"[\u0e01-\u0e2e]")
_MARKS = re.compile(r"[\u0e31\u0e33-\u0e3a\u0e45\u0e47-\u0e4e]")
"""What is never the first letter of a word: a known word before it goes on."""

_Word = tuple[str, ...]
"""Its syllables, where they are known."""


def new_id(name: str, kind: str, used: Collection[str], crowded: Collection[str] = ()) -> str:
    """Of the name as it is said; of the kind where none of it can be spelled. Numbered when it is taken.

    ``crowded``: see :func:`crowded_ids`; names that would be shortened to one of these keep more of what they say.
    """
    words = _words(name)
    stem = _shortened(words, _LONGEST_SAID) or kind
    if stem in crowded:
        stem = _shortened(words, _LONGEST_ID)
    numbers = (f"{stem}_{number}" for number in itertools.count(2))
    return next(made for made in itertools.chain([stem], numbers) if made not in used)


def crowded_ids(names: Iterable[str]) -> frozenset[str]:
    """Short ids of which several names that say different things would get the same."""
    said: dict[str, set[str]] = {}
    for name in set(names):
        words = _words(name)
        said.setdefault(_shortened(words, _LONGEST_SAID), set()).add(_joined(words))
    return frozenset(short for short, full in said.items() if short and len(full) > 1)


@functools.lru_cache(maxsize=1024)
def _words(name: str) -> tuple[_Word, ...]:
    name = unicodedata.normalize("NFC", name[:_LONGEST_READ]).translate(_THAI_DIGITS)
    if not _THAI.search(name):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        latin = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_ID].strip("_")
        return ((latin,),) if latin else ()
    return tuple(word for piece in _PIECES.findall(name) for word in _spelled(piece) if "".join(word))


def _spelled(piece: str) -> Iterator[_Word]:
    """The words of a piece without spaces."""
    if not "\u0e01" <= piece[0] <= "\u0e4e":
        plain = unicodedata.normalize("NFKD", piece).encode("ascii", "ignore").decode().lower()
        yield (re.sub("[^a-z0-9]+", "", plain),)
        return
    while piece:
        known = _KNOWN.match(piece)
        if known and not _MARKS.match(piece, known.end()):
            yield from ((word,) for word in _WORDS[known[0]].split("_"))
            piece = piece[known.end() :]
            continue
        within = _WITHIN.search(piece, 1)
        end = within.start() if within and not _MARKS.match(piece, within.end()) else len(piece)
        yield _by_sound(piece[:end])
        piece = piece[end:]


def _by_sound(thai: str) -> _Word:
    from thaiphon import analyze
    from thaiphon.errors import ThaiphonError
    from thaiphon.registry import RENDERERS
    from thaiphon.renderers import rtgs  # noqa: F401  (puts itself into the registry)

    spell = RENDERERS.get("rtgs").render_syllable
    try:
        syllables = analyze(thai).best.syllables
        letters = (re.sub("[^a-z]", "", spell(syllable).lower()) for syllable in syllables)
        return tuple(syllable for syllable in letters if syllable)
    except (ThaiphonError, ValueError, LookupError, AttributeError, TypeError):  # a heap of marks that is no word
        return ()


def _shortened(words: Sequence[_Word], most: int) -> str:
    """Numbers stay: they tell one school from the next. What is too long loses its end, a syllable or a word."""
    kept = list(words)
    if len(kept) == 1 and len(kept[0]) == 1:
        return kept[0][0]  # Latin letters, as they are
    while (over := len(_joined(kept)) - most) > 0:
        said = [index for index, word in enumerate(kept) if not "".join(word).isdigit()]
        if not said:
            break
        last = said[-1]
        shorter = _first_syllables(kept[last], len("".join(kept[last])) - over)
        if shorter:
            kept[last] = shorter
        elif len(said) > 1:
            del kept[last]
        else:
            break
    return _joined(kept)[:_LONGEST_ID].strip("_")


def _joined(words: Sequence[_Word]) -> str:
    return "_".join("".join(word) for word in words)


def _first_syllables(word: _Word, most: int) -> _Word:
    """As many as fit; none where it would be one alone, which says nothing."""
    fitting = [count for count in range(2, len(word)) if len("".join(word[:count])) <= most]
    return word[: fitting[-1]] if fitting else ()
