"""Row 7: a valid text, broken at random, reads as valid or ends in a spec error with file and line, at once."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gigacampus.campus.spec.parse import MAX_BYTES
from gigacampus.errors import CampusError, SpecError
from gigacampus.runs import inputs
from gigacampus.runs.checks import check
from gigacampus.runs.selfcheck import specs
from gigacampus.runs.selfcheck.draw import Draw, dump
from gigacampus.runs.selfcheck.valid import last

SECONDS = 1.0
MEGABYTES = 256.0

JUNK = (
    "", "-1", "1e999", "-1e400", "nan", ".inf", "9" * 400, "5 parsecs", "5 GW 5 GW", "١٢ MW", "½ MW", "5\u00a0GW",
    "−5 MW", "true", "no", "null", "~", "[]", "{}", "[[[]]]", "{a: {b: c}}", "&a 1", "*a", "!!binary aGk=",
    "!!python/object/apply:os.system [ls]", "2029-02-30", "0000-00-00", "9999-12-31", "'unclosed", '"\\x"', "|", ">-",
    "%YAML 1.1", "@", "`", "x" * 5000, "\u202egnp.exe", "\U0001f3ed", "\x00", "\x1b[2J", "../../etc/passwd",
    "<script>alert(1)</script>", "=1+1", "1_000 MW", "1.000,5 MW", "0x10", "0o17", "1:30", "1/0", "100 %%", "unknown",
    "MW 5", "- ", ": ", "? a", "--- {}", "...",
)  # fmt: skip
UNITS = (
    "MW",
    "MWh",
    "%",
    "%/year",
    "USD",
    "bn USD",
    "USD/kW",
    "USD/MWh",
    "years",
    "months",
    "C",
    "K",
    "kg/MWh",
    "m",
    "",
)


@dataclass(frozen=True)
class Seen:
    """What one file showed."""

    seed: int
    valid: bool
    seconds: float
    megabytes: float
    fault: str = ""


def case(seed: int) -> Seen:
    """Break the campus of a seed and read it from a file."""
    content = broken(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "campus.yaml"
        path.write_bytes(content)
        start = time.process_time()
        valid, fault = _read(path, seed)
        seconds = time.process_time() - start
    if seconds > SECONDS and not fault:
        fault = f"seed {seed} took {seconds:.1f} s"
    return Seen(seed, valid, seconds, peak_megabytes(), fault)


def _read(path: Path, seed: int) -> tuple[bool, str]:
    try:
        check(inputs.read_spec(path))
    except SpecError as error:
        nowhere = [p for p in error.problems if p.file != str(path) or not p.line or not p.message]
        return False, f"seed {seed}, no place: {nowhere[0]}" if nowhere or not error.problems else ""
    except CampusError as error:
        return False, f"seed {seed}, not a spec error: {error}"
    except Exception as error:  # whatever it is, it is the finding
        return False, f"seed {seed}: {last(error)}"
    return True, ""


def peak_megabytes() -> float:
    """Most memory that this process has held, or nothing where the system does not tell.

    Linux counts what the parent held into `getrusage`, so it is asked for this program's own peak.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next((float(n.split()[1]) / 1024 for n in status.read_text().splitlines() if n[:6] == "VmHWM:"), 0.0)
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def broken(seed: int) -> bytes:
    """The content of a broken file: a valid one after one to three changes."""
    draw = Draw((seed, 7))
    content = dump(specs.campus(seed)).encode()
    for _ in range(draw.whole(1, 3)):
        content = draw.pick(CHANGES)(draw, content)[:MAX_BYTES]
    return content


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n") or [b""]


def flip(draw: Draw, content: bytes) -> bytes:
    """Change up to eight bytes."""
    changed = bytearray(content or b" ")
    for _ in range(draw.whole(1, 8)):
        changed[draw.whole(0, len(changed) - 1)] = draw.whole(0, 255)
    return bytes(changed)


def letter(draw: Draw, content: bytes) -> bytes:
    """Change a letter into another, so that a key or a word is misspelt."""
    changed = bytearray(content or b" ")
    at = draw.whole(0, len(changed) - 1)
    changed[at] = draw.whole(97, 122)
    return bytes(changed)


def delete(draw: Draw, content: bytes) -> bytes:
    """Leave lines out."""
    lines = _lines(content)
    at = draw.whole(0, len(lines) - 1)
    del lines[at : at + draw.whole(1, 4)]
    return b"\n".join(lines)


def repeat(draw: Draw, content: bytes) -> bytes:
    """Write lines twice, or many times."""
    lines = _lines(content)
    at = draw.whole(0, len(lines) - 1)
    piece = lines[at : at + draw.whole(1, 8)]
    piece *= min(draw.pick([1, 1, 1, 500]), 1 + MAX_BYTES // (1 + sum(map(len, piece))))
    return b"\n".join([*lines[:at], *piece, *lines[at:]])


def swap(draw: Draw, content: bytes) -> bytes:
    """Exchange two lines."""
    lines = _lines(content)
    a, b = draw.whole(0, len(lines) - 1), draw.whole(0, len(lines) - 1)
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def value(draw: Draw, content: bytes) -> bytes:
    """Put junk in a value's place."""
    return _with_value(draw, content, lambda old: draw.pick(JUNK))


def unit(draw: Draw, content: bytes) -> bytes:
    """Give a value another unit."""
    return _with_value(draw, content, lambda old: f"{old.split(' ')[0]} {draw.pick(UNITS)}")


def number(draw: Draw, content: bytes) -> bytes:
    """Give a value another number, near or far."""
    sign, power = draw.pick(["", "-"]), draw.pick([0, 1, 9, 30, 299, 320])
    return _with_value(draw, content, lambda old: f"{sign}{draw.between(0, 9)}e{power} {old.partition(' ')[2]}")


def _with_value(draw: Draw, content: bytes, change: Callable[[str], str]) -> bytes:
    lines = _lines(content)
    at = draw.whole(0, len(lines) - 1)
    key, colon, old = lines[at].partition(b": ")
    if not colon:
        return content
    lines[at] = key + colon + change(old.decode(errors="replace")).encode(errors="replace")
    return b"\n".join(lines)


def indent(draw: Draw, content: bytes) -> bytes:
    """Move lines to the right, to the left, or behind a tab."""
    lines = _lines(content)
    at = draw.whole(0, len(lines) - 1)
    shift = draw.pick([b" ", b"  ", b"\t", b"        ", None])
    for index in range(at, min(at + draw.whole(1, 5), len(lines))):
        lines[index] = lines[index].lstrip() if shift is None else shift + lines[index]
    return b"\n".join(lines)


def cut(draw: Draw, content: bytes) -> bytes:
    """End in the middle."""
    return content[: draw.whole(0, len(content))]


def insert(draw: Draw, content: bytes) -> bytes:
    """Put a line of junk in."""
    lines = _lines(content)
    piece = draw.pick([draw.bytes(draw.whole(1, 40)), draw.pick(JUNK).encode(), b"extra: 1", b"\xef\xbb\xbf", b"\r"])
    lines.insert(draw.whole(0, len(lines)), b" " * draw.whole(0, 8) + piece)
    return b"\n".join(lines)


def nest(draw: Draw, content: bytes) -> bytes:
    """Nest far too deep, or list far too much."""
    count = draw.pick([70, 3000, 9000, 60_000])
    piece = draw.pick([b"[" * count, b"{a: " * count, b"- " * count, b"[1, " * 60, b"[" + b"1," * count + b"]"])
    wide = b"{" + b"".join(b"k%d: 1," % index for index in range(count)) + b"}"
    return content + b"more: " + draw.pick([piece, wide]) + b"\n"


def bomb(draw: Draw, content: bytes) -> bytes:
    """Anchors that point to anchors, ever wider, or one endless text."""
    levels = [b"a0: &a0 [x, x]"] + [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 40)]
    texts = [b"\n".join(levels), b"long: '" + b"y" * draw.whole(1, 900_000), b"#" * draw.whole(1, 900_000)]
    return content + draw.pick(texts) + b"\n"


CHANGES: tuple[Callable[[Draw, bytes], bytes], ...] = (
    flip, letter, letter, delete, repeat, swap, value, value, value, unit, unit, number, number, indent, cut, insert,
    nest, bomb,
)  # fmt: skip
