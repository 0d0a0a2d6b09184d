"""What MITRE's public schema of Cursor on Target 2.0 (release 11-3895) asks of an event, written down anew.

An ``event`` has one ``point`` and at most one ``detail``, in any order; all their attributes but three are required.
"""

from __future__ import annotations

import functools

from lxml import etree

_REQUIRED = {"uid": "xs:string", "time": "xs:dateTime", "start": "xs:dateTime", "stale": "xs:dateTime"}
_PATTERNS = {"type": r"\w+(-\w+)*(;[^;]*)?", "how": r"\w(-\w+)*"}


def _attribute(name: str, kind: str) -> str:
    return f'<xs:attribute name="{name}" type="{kind}" use="required"/>'


def _restricted(name: str, base: str, facets: str, use: str = "required") -> str:
    kind = f'<xs:restriction base="{base}">{facets}</xs:restriction>'
    return f'<xs:attribute name="{name}" use="{use}"><xs:simpleType>{kind}</xs:simpleType></xs:attribute>'


def _within(name: str, most: int) -> str:
    return _restricted(name, "xs:decimal", f'<xs:minInclusive value="-{most}"/><xs:maxInclusive value="{most}"/>')


@functools.cache
def cot_schema() -> etree.XMLSchema:
    of_event = [_attribute(name, kind) for name, kind in _REQUIRED.items()]
    of_event += [_restricted(key, "xs:string", f'<xs:pattern value="{value}"/>') for key, value in _PATTERNS.items()]
    of_event.append(_restricted("version", "xs:decimal", '<xs:minInclusive value="2"/>'))
    of_event.append(_restricted("qos", "xs:string", r'<xs:pattern value="\d-\w-\w"/>', "optional"))
    of_event += [f'<xs:attribute name="{name}" type="xs:string"/>' for name in ("access", "opex")]
    of_point = [
        _within("lat", 90),
        _within("lon", 180),
        *(_attribute(one, "xs:decimal") for one in ("hae", "ce", "le")),
    ]
    anything = '<xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>'
    text = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:element name="event"><xs:complexType>
        <xs:all><xs:element name="point"><xs:complexType>{"".join(of_point)}</xs:complexType></xs:element>
          <xs:element name="detail" minOccurs="0"><xs:complexType>{anything}
            <xs:anyAttribute processContents="skip"/></xs:complexType></xs:element></xs:all>
        {"".join(of_event)}</xs:complexType></xs:element></xs:schema>"""
    return etree.XMLSchema(etree.fromstring(text))


def assert_valid(data: bytes) -> None:
    """
    Raises:
        etree.DocumentInvalid, etree.XMLSyntaxError: it is no event.
    """
    cot_schema().assertValid(etree.fromstring(data))
