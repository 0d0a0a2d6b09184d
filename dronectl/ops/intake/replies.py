"""What LINE's reporters are told, and how: in Thai first, in English after it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from dronectl.errors import NoAnswer
from dronectl.model.incidents.incident import Incident
from dronectl.ops.intake.line_reports import Outcome

API = "https://api.line.me"
_TIMEOUT_S = 10.0
_URGENT = "เหตุด่วนเหตุร้ายโทร 191 · In an emergency call 191."


def words_for(outcome: Outcome, incident: Incident | None) -> str:
    """Empty: nothing is to be said."""
    if outcome in (Outcome.REPORTED, Outcome.AGAIN) and incident is not None:
        return f"รับแจ้งแล้ว เลขที่ {incident.number} · Received, number {incident.number}. {_URGENT}"
    if outcome is Outcome.NEEDS_PLACE:
        return f"โปรดส่งตำแหน่งที่เกิดเหตุ (แชร์ตำแหน่ง) · Please share the location. {_URGENT}"
    if outcome is Outcome.NEEDS_WORDS:
        return f"ได้รับตำแหน่งแล้ว โปรดแจ้งว่าเกิดเหตุอะไร · Got the place: what happened? {_URGENT}"
    return ""


def reply(token: str, reply_token: str, words: str, *, api: str = API) -> None:
    """Answers one message (https://developers.line.biz/en/reference/messaging-api/#send-reply-message).

    Raises:
        NoAnswer: LINE cannot be reached, or refuses.
    """
    body = json.dumps({"replyToken": reply_token, "messages": [{"type": "text", "text": words}]}, ensure_ascii=False)
    request = urllib.request.Request(
        f"{api}/v2/bot/message/reply",
        data=body.encode("utf-8"),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise NoAnswer(f"LINE does not take the reply: {error.code} {error.reason}") from error
    except (urllib.error.URLError, OSError) as error:
        raise NoAnswer(f"LINE cannot be reached: {getattr(error, 'reason', error)}") from error
