"""How messages are worded: every form in English and, beside it, in Thai."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from string import Formatter

from dronectl.model.plan.finding import Finding, Message

_KNOWN: list[Form] = []
"""In the order in which they are tried: what adds to a message first, then those that say the most themselves."""


class Form:
    """One form of a message, with ``{places}`` for what differs; only the English one says how numbers look.

    ``many`` and ``many_thai`` say of a group of such findings what they share and the worst of them, after its number:
    ``within {limit_km} km of {id}, nearest {distance_km} km``.
    """

    def __init__(self, english: str, thai: str, *, many: str = "", many_thai: str = "") -> None:
        parsed = list(Formatter().parse(english))
        self.fields = {name: spec or "" for _, name, spec, _ in parsed if name is not None}
        self.english = "".join(text + ("" if name is None else f"{{{name}}}") for text, name, _, _ in parsed)
        self.thai, self.many = thai, (many, many_thai)
        self._pattern = re.compile(_pattern(english), re.DOTALL)
        _KNOWN.append(self)
        _KNOWN.sort(key=_rank)

    def __call__(self, **values: object) -> Message:
        """The message with these values; one that is a message itself is told in each language.

        A ``message`` among them is what this one adds to: it stays of that one's kind.
        """
        parts = {name: value for name, value in values.items() if isinstance(value, Message)}
        english = {name: format(values[name], spec) for name, spec in self.fields.items() if name not in parts}
        thai = {**english, **{name: part.thai for name, part in parts.items()}}
        english |= {name: part.english for name, part in parts.items()}
        told = self.english.format(**english), self.thai.format(**thai)
        many, many_thai = self.many
        added_to = parts.get("message")
        if added_to is None:
            return Message(*told, self.english, (many.format(**english), many_thai.format(**thai)))
        if not many or not added_to.many[0]:
            return Message(*told, added_to.kind, added_to.many)
        english["message"], thai["message"] = added_to.many
        return Message(*told, f"{added_to.kind}; {self.english}", (many.format(**english), many_thai.format(**thai)))

    def read(self, text: str) -> Message | None:
        """The message that reads so in English; None: it is of another form."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        return self(**{name: recognised(value) for name, value in found.groupdict().items()})


def _rank(form: Form) -> tuple[bool, int]:
    return "message" not in form.fields, -len(re.sub(r"\{\w+\}", "", form.english))


def _pattern(english: str) -> str:
    made = ""
    for text, name, spec, _ in Formatter().parse(english):
        made += re.escape(text)
        if name is not None:  # a number is one word; of what is added, the last is taken off first
            taken = ".+" if name == "message" else r"\S*?" if spec else ".*?"
            made += f"(?P<{name}>{taken})"
    return made


def recognised(text: str) -> Message:
    """A message, or a part of one, that was kept in English only; as it is where no form reads so."""
    for form in _KNOWN if len(text) <= _LONGEST else ():
        read = form.read(text)
        if read is not None:
            return read
    if _AND in text:
        return joined([recognised(part) for part in text.split(_AND)])
    return Message(text, text)


_AND = "; "
_LONGEST = 1_000
"""Characters. No message is longer, and whoever edits a plan by hand shall not keep the search for its form busy."""


def joined(messages: Sequence[Message]) -> Message:
    return Message(_AND.join(one.english for one in messages), _AND.join(one.thai for one in messages))


def in_both_languages(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as they were read from a record, with their words in Thai too."""
    return tuple(one if one.words is not None else one.saying(recognised(one.message)) for one in findings)


def forms() -> tuple[Form, ...]:
    """Every form that there is."""
    return tuple(_KNOWN)
