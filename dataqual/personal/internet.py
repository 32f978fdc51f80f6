"""IP addresses that can be somebody's: public ones, not versions, sections or names of objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

V4 = re.compile(r"\.(?<=\d\.)\d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)
"""From its first full stop on, for that is found quickly."""
V6 = re.compile(
    r":(?<=[23][0-9A-Fa-f]{3}:)(?<![\w:.-].{5})[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){1,6}(?![\w:])",
    re.ASCII | re.DOTALL,
)
"""Of 2000::/3 alone, all that is assigned to networks (IANA): `dead::beef` is a name in a program."""

NUMBERED = re.compile(
    r"(?:\b(?:v|ver|vers|version|release|rel|build|firmware|revision|rev|update|section|sec|chapter|clause|para|"
    r"paragraph|article|table|figure|fig|appendix|rule|item|step|oid)\b|版本号?|版|固件|升级到|章|节|条|§)"
    r"[\s.:#=,(：（]{0,3}\Z",
    re.ASCII | re.IGNORECASE,
)
"""What stands before numbers with dots that are no addresses."""

PRODUCT = re.compile(r"[A-Za-z0-9_)]/\Z")
"""`Product/1.2.3.4` (RFC 9110, User-Agent); the two slashes of a URL are another thing."""

HEADING = re.compile(r"\.?[ \t]+[^\W\d_]")
LARGEST_SECTION = 100
"""At the beginning of a line, parts all below this and a word behind them are a heading's number."""

LARGEST_VERSION = 32
"""Parts all below this are a version or a section, unless the words around say otherwise: one public address of four
thousand is so small, and those best known (8.8.8.8) are nobody's; in manuals most of what looks like one is no address."""
SAID = re.compile(
    r"(?:\bip(?:v4)?|\baddress|\baddr|\bhosts?|\bserver|\bdns|\bping|地址|服务器|IP)[\s:=：是为]{0,3}\Z|://\Z",
    re.ASCII | re.IGNORECASE,
)
PORT = re.compile(r":\d{2,5}(?!\d)|/\d")


CREDENTIALS_HEAD = b"://"
LONGEST_CREDENTIALS = 256
"""Characters from `://` to `@`."""
CREDENTIALS = re.compile(
    r"(?<=://)([^\s/@:?#\[\]<>{}$%()\"'`|\\]{1,64}:[^\s/@?#\[\]<>{}$()\"'`|\\]{3,128})@(?=[A-Za-z0-9\[])", re.ASCII
)
"""`user:password@` of a URL (RFC 3986, section 3.2.1)."""
PLACEHOLDERS = frozenset(
    "pass passwd password passphrase pwd pw secret token xxx xxxx xxxxx changeme your_password mypassword".split()
)
"""Passwords of manuals, which open nothing; so do those of one sign, as in user:***@."""


def find_credentials(text: str) -> Iterator[tuple[int, int]]:
    """User and password in URLs, as spans.

    >>> text = "git clone https://ann:s3cr3t-Pa55@git.example.org/x.git"
    >>> [text[a:b] for a, b in find_credentials(text)], [*find_credentials("ftp://user:password@host/ http://h:80/@x")]
    (['ann:s3cr3t-Pa55'], [])
    """
    if "://" not in text or "@" not in text:
        return
    for match in CREDENTIALS.finditer(text):
        password = match[1].partition(":")[2]
        if password.lower() not in PLACEHOLDERS and len(set(password)) > 1:
            yield match.span(1)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Those of a text, as spans."""
    for match in V4.finditer(text):
        first = re.search(r"[0-9]{1,3}\Z", text[max(0, match.start() - 3) : match.start()])
        start, end = match.start() - len(first[0] if first else ""), match.end()
        if _stands_alone(text, start, end) and _public(text[start:end]) and not _numbers(text, start, end):
            yield start, end
    for match in V6.finditer(text):
        start, end = match.start() - 4, match.end()
        if _public(text[start:end]) and len(text[start:end].replace("::", ":").split(":")) > 2 and text[end - 1] != ":":
            yield start, end


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Neither within a word, a longer row of numbers, or a file's name."""
    before = re.search(r"[A-Za-z0-9_.]\Z|[A-Za-z_]-\Z", text[max(0, start - 2) : start])
    return not before and not re.match(r"\w|\.\w|-[A-Za-z]", text[end : end + 2], re.ASCII)


def _public(address: str) -> bool:
    """Whether it is an address, and of the public internet: no private, loopback, documentation or reserved one."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return known.is_global and not known.is_multicast


def _numbers(text: str, start: int, end: int) -> bool:
    """Whether what stands around says that this is a version, a section or the like."""
    before = text[max(0, start - 24) : start]
    if NUMBERED.search(before) or PRODUCT.search(before):
        return True
    largest = max(map(int, text[start:end].split(".")))
    if largest < LARGEST_VERSION:
        return not (SAID.search(before) or PORT.match(text, end))
    begins = re.search(r"\n[ \t]*\Z", before if start > 24 else f"\n{before}") is not None
    return begins and largest < LARGEST_SECTION and HEADING.match(text, end) is not None
