"""Pages of reports: A4, Thai and English, by themselves: no script, no picture, no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from dronectl.model.text.plain_text import plain

_STYLE = (
    "@page{size:A4 portrait;margin:12mm}"
    "body{font-family:'Noto Sans Thai','Noto Sans',Tahoma,sans-serif;font-size:9pt;line-height:1.4;color:#111;"
    "margin:0 auto;max-width:186mm}"
    "h1{font-size:14pt;line-height:1.3;margin:0 0 2mm;border-bottom:2px solid #222;padding-bottom:1mm}"
    "h2{font-size:10pt;margin:4mm 0 1mm;break-after:avoid}p{margin:.5mm 0}"
    "table{border-collapse:collapse;width:100%;font-size:8pt;line-height:1.35}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "th,td{border-bottom:.6px solid #999;padding:.5mm 1.2mm;text-align:left;vertical-align:top}"
    "th{background:#eee;font-size:7.5pt}td{overflow-wrap:anywhere}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "ul{padding-left:5mm}li{margin:.3mm 0}@media screen{body{padding:6mm}}"
)
_TEXTS = frozenset(
    {"day", "drone", "zone", "drones", "zones", "number", "reported", "what", "where", "state", "point", "name", "time"}
    | {"order", "who"}
)
THAI = {
    "Shift": "รายงานกะ",
    "Week": "รายงานสัปดาห์",
    "Month": "รายงานเดือน",
    "Days": "รายวัน",
    "Drones": "โดรน",
    "Zones": "พื้นที่",
    "Batteries": "แบตเตอรี่",
    "Notes": "หมายเหตุ",
    "Incidents": "เหตุ",
    "Points of interest": "จุดสำคัญ",
    "Zones that nobody flew through": "พื้นที่ที่ไม่มีใครบินผ่าน",
    "Rules and checks lifted by name": "กฎและการตรวจที่มีผู้รับผิดชอบยกเว้นให้",
    "Orders that a rule refused": "คำสั่งที่กฎไม่อนุญาต",
    "Flights": "เที่ยวบิน",
    "Medians from the report": "มัธยฐานนับจากรับแจ้ง",
    "flights": "เที่ยวบิน",
    "hours": "ชั่วโมง",
    "km": "กม.",
    "highest m": "สูงสุด ม.",
    "drones": "โดรน",
    "zones": "พื้นที่",
    "day": "วัน",
    "drone": "โดรน",
    "zone": "พื้นที่",
    "without a word": "ไม่บอกค่า",
    "used %": "ใช้ไป %",
    "lowest %": "ต่ำสุด %",
    "minutes for 10 %": "นาทีต่อ 10 %",
    "number": "เลขที่",
    "reported": "รับแจ้ง",
    "what": "อะไร",
    "where": "ที่",
    "confirmed": "ยืนยัน",
    "airborne": "ขึ้นบิน",
    "in sight": "เห็นที่เกิดเหตุ",
    "state": "สถานะ",
    "open": "เปิดอยู่",
    "closed": "ปิดแล้ว",
    "point": "จุด",
    "name": "ชื่อ",
    "visits": "ครั้ง",
    "alone min": "ไม่มีโดรน นาที",
    "time": "เวลา",
    "order": "คำสั่ง",
    "who": "ใคร",
}
"""What the pages say in their headings, in Thai."""


def both(words: str) -> str:
    """``เหตุ · Incidents``; what has no Thai stays as it is."""
    thai = THAI.get(words)
    return words if thai is None else f"{thai} · {words}"


def html_page(title: str, body: Sequence[str], notes: Sequence[str]) -> bytes:
    """A page by itself of pieces that are HTML already; ``title`` and ``notes`` are words."""
    pieces = [f"<h1>{text(title)}</h1>", *body]
    if notes:
        pieces += [_heading("Notes"), "<ul>", *(f"<li>{text(note)}</li>" for note in notes), "</ul>"]
    head = f'<meta charset="utf-8"><title>{text(title)}</title><style>{_STYLE}</style>'
    lines = ["<!DOCTYPE html>", f'<html lang="th"><head>{head}</head><body>', *pieces, "</body></html>", ""]
    return "\n".join(lines).encode("utf-8")


def html_table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """With a heading; nothing where there are no rows. Cells are words; the head is repeated on each page."""
    kinds = ["" if name in _TEXTS else ' class="n"' for name in columns]
    lines = [
        "<tr>" + "".join(f"<td{kind}>{text(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    ]
    if not lines:
        return []
    head = "".join(f"<th{kind}>{_column(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    return [_heading(heading), f"<table><thead><tr>{head}</tr></thead><tbody>", *lines, "</tbody></table>"]


def text(words: str) -> str:
    """Words of strangers, harmless to a page."""
    return html.escape(plain(words))


def _heading(words: str) -> str:
    return f"<h2>{text(both(words))}</h2>"


def _column(name: str) -> str:
    thai = THAI.get(name)
    return text(name) if thai is None else f"{text(thai)}<br>{text(name)}"
