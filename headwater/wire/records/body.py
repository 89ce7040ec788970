"""The body of an ingest request as records, each with the bytes of its data as sent.

Three layouts: one value, an array, NDJSON. The fast path decodes twice in C (values, and slices
of the raw text) and proves for the whole body at once that no key stands twice; whatever it
cannot prove goes to `tolerant`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from headwater.errors import Malformed
from headwater.model.names import is_source
from headwater.wire.records.tolerant import MAX_DEPTH, Element, pointer, scan
from headwater.wire.records.values import decode


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a record cannot be taken, and what of it to keep.

    `source` is empty when the envelope is wrong; `data` is then the whole record.
    """

    path: str
    reason: str
    source: str
    data: bytes


class Body(msgspec.Struct):
    """The records of a body, as columns: entry i of each belongs to record i.

    A record with an entry in `flaws` holds nothing else. `more` keeps what an envelope held
    beside source and data, as one JSON object.
    """

    is_batch: bool
    sources: list[str]
    raws: list[bytes]
    values: list[Any]
    flaws: dict[int, Flaw] = {}
    more: dict[int, bytes] = {}


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    source: str | UnsetType = UNSET
    data: Raw | UnsetType = UNSET


_decode_any: Final = msgspec.json.Decoder()
_decode_envelope: Final = msgspec.json.Decoder(_Envelope)
_decode_envelopes: Final = msgspec.json.Decoder(list[_Envelope])
_decode_raw: Final = msgspec.json.Decoder(Raw)
_decode_raws: Final = msgspec.json.Decoder(list[Raw])
_encode: Final = msgspec.json.Encoder().encode
_STRINGS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"([ \t\r\n]*+:)?', re.DOTALL)
_ENVELOPE_MEMBERS: Final = frozenset(("source", "data"))
_BOM: Final = b"\xef\xbb\xbf"


def parse_records(sent: bytes) -> Body:
    """Parse `{"source", "data"}` records; raises `Malformed` when the body is not JSON."""
    return _parse(sent, None)


def parse_payloads(sent: bytes, source: str) -> Body:
    """Parse bare payloads of one source; raises `Malformed` when the body is not JSON."""
    return _parse(sent, source)


def parse_singles(sent: Sequence[bytes], source: str | None) -> Body | None:
    """Parse bodies of one record each as one; None unless each is a record without flaws.

    Entry i is the record of body i: what stands where body i was put is exactly body i, so
    none of them begins a value that another ends.
    """
    text = b"[%b]" % b",".join(sent)
    if b"\n" in text or b"\r" in text:
        return None
    try:
        if [*map(len, _decode_raws.decode(text))] != [*map(len, sent)]:
            return None
        values = _decode_any.decode(text)
        if has_unique_keys(text, values):
            return _fast(text, "array", values, source)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return None


def _parse(sent: bytes, source: str | None) -> Body:
    text = sent.removeprefix(_BOM).strip(b" \t\r\n")
    try:
        if text[:1] == b"{":
            single = _single(text, source)
            if single is not None:
                return single
        layout, values = _values_of(text)
        if has_unique_keys(text, values):
            fast = _fast(text, layout, values, source)
            if fast is not None:
                return fast
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass  # not JSON, or with flaws: the tokenizer knows which, and where
    return _slow(sent.removeprefix(_BOM), source)


def _single(text: bytes, source: str | None) -> Body | None:
    """Do what `_fast` does for the one record that most bodies are, or return None."""
    try:
        value = _decode_any.decode(text)
    except msgspec.DecodeError:
        return None  # perhaps lines
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH or not has_unique_keys(text, value):
        return None
    raw = text
    if source is None:
        envelope = _decode_envelope.decode(text)
        if envelope.source is UNSET or envelope.data is UNSET:
            return None
        source, raw, value = envelope.source, bytes(envelope.data), value["data"]
        if type(value) is not dict or not is_source(source):
            return None
    if b"\n" in raw or b"\r" in raw:
        raw = _one_line(raw)
    return Body(False, [source], [raw], [value])


def _values_of(text: bytes) -> tuple[str, list[Any]]:
    if text[:1] == b"[":
        return "array", _decode_any.decode(text)
    try:
        return "one", [_decode_any.decode(text)]
    except msgspec.DecodeError:
        if b"\n" not in text:
            raise
        return "lines", _decode_any.decode_lines(text)


def has_unique_keys(text: bytes, value: Any) -> bool:
    """Tell whether no object in `text` has a key twice; `value` is what it decodes to.

    Decoding keeps one of two equal keys, so it is a matter of counting. Without backslashes and
    without space before a colon `":` ends a key or begins a string, and encoding gives back
    every string as it was.
    """
    encoded = _encode(value)
    if encoded == text:
        return True  # nothing was lost
    if b"\\" in text or _has_space_before_colon(text):
        in_text = sum(1 for colon in _STRINGS.findall(text) if colon)
        return in_text == _count_keys(value)
    return text.count(b'":') == encoded.count(b'":')


def _has_space_before_colon(text: bytes) -> bool:
    # One character is found far quicker than two, and most senders write no space at all.
    return (
        (b" " in text and b" :" in text)
        or (b"\n" in text and b"\n:" in text)
        or (b"\t" in text and b"\t:" in text)
        or (b"\r" in text and b"\r:" in text)
    )


def _count_keys(value: Any) -> int:
    count = 0
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if type(node) is dict:
            count += len(node)
            waiting += [v for v in node.values() if type(v) is dict or type(v) is list]
        elif type(node) is list:
            waiting += [v for v in node if type(v) is dict or type(v) is list]
    return count


def _fast(text: bytes, layout: str, values: list[Any], source: str | None) -> Body | None:
    """Build the body when every record is well, else return None."""
    if source is None:
        envelopes = _envelopes(text, layout)
        if any(e.source is UNSET or e.data is UNSET for e in envelopes):
            return None
        sources: list[str] = [e.source for e in envelopes]  # type: ignore[misc]  # not UNSET
        raws = [bytes(e.data) for e in envelopes]  # type: ignore[arg-type]  # not UNSET
        values = [value["data"] for value in values]
        if not all(map(is_source, set(sources))):
            return None
    else:
        raws = _payloads(text, layout)
        sources = [source] * len(raws)
    for raw, value in zip(raws, values, strict=True):
        if type(value) is not dict:
            return None
        if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _is_deep(value):
            return None
    if b"\n" in text or b"\r" in text:
        raws = [_one_line(raw) for raw in raws]
    return Body(layout != "one", sources, raws, values)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = (v.values() if type(v) is dict else v for v in level)
        level = [v for vs in inner for v in vs if type(v) is dict or type(v) is list]
        if not level:
            return False
    return True


def _envelopes(text: bytes, layout: str) -> list[_Envelope]:
    if layout == "one":
        return [_decode_envelope.decode(text)]
    if layout == "array":
        return _decode_envelopes.decode(text)
    return _decode_envelope.decode_lines(text)


def _payloads(text: bytes, layout: str) -> list[bytes]:
    if layout == "one":
        return [text]
    raws = _decode_raws.decode(text) if layout == "array" else _decode_raw.decode_lines(text)
    return [bytes(raw) for raw in raws]


def _one_line(raw: bytes) -> bytes:
    """Replace line ends, which can only stand between tokens."""
    return raw.replace(b"\r", b" ").replace(b"\n", b" ")


def _slow(text: bytes, source: str | None) -> Body:
    layout, elements = scan(text)
    body = Body(layout != "one", [], [], [])
    for index, element in enumerate(elements):
        flaw = _take(body, index, text, element, source=source)
        if flaw is not None:
            body.flaws[index] = flaw
            body.sources.append(flaw.source)
            body.raws.append(b"")
            body.values.append(None)
    return body


def _take(
    body: Body, index: int, text: bytes, element: Element, *, source: str | None
) -> Flaw | None:
    """Append one record to the columns, or say why not."""
    whole = text[element.start : element.end]
    if source is None:
        envelope = _check_envelope(text, element, whole)
        if isinstance(envelope, Flaw):
            return envelope
        name, (start, end) = envelope
        data, prefix = text[start:end], "/data"
        more = _more(text, element)
        if more:
            body.more[index] = more
    else:
        name, data, prefix = source, whole, ""
    if element.flaw is not None:
        body.more.pop(index, None)
        path, reason = element.flaw
        is_in_data = source is not None or path[:1] == ("data",)
        return Flaw(
            pointer(path), reason, name if is_in_data else "", data if is_in_data else whole
        )
    if data[:1] != b"{":
        body.more.pop(index, None)
        return Flaw(prefix, "is not an object", name, data)
    try:
        value = decode(data)
    except Malformed as error:
        return Flaw(prefix, error.message, name, data)
    body.sources.append(name)
    body.raws.append(_one_line(data))
    body.values.append(value)
    return None


def _check_envelope(
    text: bytes, element: Element, whole: bytes
) -> tuple[str, tuple[int, int]] | Flaw:
    if element.members is None:
        return Flaw("", 'is not an object with "source" and "data"', "", whole)
    if "source" not in element.members:
        return Flaw("/source", "is missing", "", whole)
    start, end = element.members["source"]
    name, reason = _source_of(text[start:end])
    if reason:
        return Flaw("/source", reason, "", whole)
    if "data" not in element.members:
        return Flaw("/data", "is missing", "", whole)
    return name, element.members["data"]


def _source_of(lexeme: bytes) -> tuple[str, str]:
    """Return the name and what is wrong with it, one of them empty."""
    if lexeme[:1] != b'"':
        return "", "is not a string"
    try:
        name = str(decode(lexeme))
    except Malformed:
        return "", "holds a lone surrogate, which is not a character"
    return (name, "") if is_source(name) else ("", source_flaw(name))


def source_flaw(name: str) -> str:
    """Say what is wrong with a name that is no source name."""
    return (
        f"{name[:80]!a} is no source name: a small letter, then up to 62 small letters, "
        "digits or underscores"
    )


def _more(text: bytes, element: Element) -> bytes:
    assert element.members is not None
    kept = [
        b"%b:%b" % (_encode(key), _one_line(text[start:end]))
        for key, (start, end) in element.members.items()
        if key not in _ENVELOPE_MEMBERS and key.isprintable() and key.encode(errors="ignore")
    ]
    return b"{%b}" % b",".join(kept) if kept else b""
