"""What every page's HTML keeps: whole, with unique ids, labels and headings in order, and nothing inline."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
FIELDS = frozenset({"input", "select", "textarea"})
FILLED = re.compile(r"url\(#([^)]+)\)")
POINTERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
MAX_PAGE_BYTES = 100_000
KEY = re.compile(r"\b(?:page|form|problem|field|unit|thing)\.[a-z]+(?:-[a-z]+)*(?:\.[a-z0-9-]+)*\b")
"""A key of the catalogue that no text was found for."""


@dataclass
class Element:
    """`text`: all that stands in it."""

    name: str
    attributes: dict[str, str]
    inside: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str | None = None, /, **attributes: str) -> list["Element"]:
        """Those within, at any depth, in the order of the page; `class_`: one of the classes."""
        found = []
        for child in self.inside:
            if (name is None or child.name == name) and all(
                child.has(key.rstrip("_"), value) for key, value in attributes.items()
            ):
                found.append(child)
            found += child.all(name, **attributes)
        return found

    def one(self, name: str | None = None, /, **attributes: str) -> "Element":
        """The only one within."""
        found = self.all(name, **attributes)
        assert len(found) == 1, (name, attributes, len(found))
        return found[0]

    def has(self, key: str, value: str) -> bool:
        given = self.attributes.get(key)
        return given is not None and (value in given.split() if key == "class" else given == value)

    def __getitem__(self, key: str) -> str:
        return self.attributes[key]


class _Reader(HTMLParser):
    """Makes the tree, and finds what is not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.wrong: list[str] = []
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.wrong += [f"<{tag}> has {name} twice" for name, times in names.items() if times > 1]
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].name != tag:
            self.wrong.append(f"</{tag}> closes <{self.open[-1].name}>")
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        self.pieces.append(data)


def read(page: str) -> Element:
    """The tree of a page; fails where tags do not fit."""
    return _read(page).root


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.wrong == [], reader.wrong
    assert reader.open == [reader.root], [element.name for element in reader.open]
    return reader


def faults(page: str) -> list[str]:
    """All that is wrong with a page, in words."""
    reader = _read(page)
    root = reader.root
    everything = root.all()
    ids = Counter(element["id"] for element in everything if "id" in element.attributes)
    found = [f"the id {one} stands {times} times" for one, times in ids.items() if times > 1]
    found += [f"nothing has the id {one}" for one in sorted(_pointed_to(everything) - set(ids))]
    images = [one for one in everything if one.name == "img"]
    found += [f"no words for {one.attributes}" for one in images if "alt" not in one.attributes]
    found += _headings(everything) + _unlabelled(root) + _inline(everything)
    found += [f"the catalogue lacks {key}" for piece in reader.pieces for key in KEY.findall(piece)]
    if len(page.encode()) > MAX_PAGE_BYTES:
        found.append(f"{len(page.encode())} bytes")
    if page.startswith("<!doctype html>") and len(root.all("main")) != 1:
        found.append("not one <main>")
    return found


def _pointed_to(everything: list[Element]) -> set[str]:
    found = {
        one for element in everything for key in POINTERS for one in element.attributes.get(key, "").split()
    }
    links = (
        element["href"] for element in everything if element.name == "a" and "href" in element.attributes
    )
    found |= {one for element in everything for one in FILLED.findall(element.attributes.get("fill", ""))}
    return found | {href[1:] for href in links if href.startswith("#")}


def _headings(everything: list[Element]) -> list[str]:
    levels = [int(element.name[1]) for element in everything if re.fullmatch("h[1-6]", element.name)]
    jumps = [
        f"h{lower} after h{upper}"
        for upper, lower in zip(levels, levels[1:], strict=False)
        if lower > upper + 1
    ]
    empty = [
        f"an empty <{one.name}>"
        for one in everything
        if one.name in ("h1", "h2", "title") and not one.text.strip()
    ]
    is_whole = any(element.name == "html" for element in everything)
    return jumps + empty + (["not one h1"] if is_whole and levels.count(1) != 1 else [])


def _unlabelled(root: Element) -> list[str]:
    labels = root.all("label")
    labelled = {label["for"] for label in labels if "for" in label.attributes}
    wrapped = [id(element) for label in labels for element in label.all()]
    fields = [
        element for element in root.all() if element.name in FIELDS and not element.has("type", "hidden")
    ]
    found = [
        f"no label for {element.attributes}"
        for element in fields
        if element.attributes.get("id") not in labelled
        and id(element) not in wrapped
        and not element.attributes.get("aria-label")
    ]
    silent = [
        f"<{element.name}> without words: {element.attributes}"
        for element in root.all()
        if element.name in ("a", "button")
        and not (element.text.strip() or element.attributes.get("aria-label") or _told(element))
    ]
    return found + silent


def _told(element: Element) -> bool:
    """Whether a picture within says in words what it shows."""
    return any(image.attributes.get("alt") for image in element.all("img"))


def _inline(everything: list[Element]) -> list[str]:
    found = []
    for element in everything:
        if "style" in element.attributes or element.name == "style":
            found.append(f"<{element.name}> has its own style")
        if any(key.startswith("on") for key in element.attributes):
            found.append(f"<{element.name}> has its own script")
        if element.name == "script" and "src" not in element.attributes:
            found.append("a script stands in the page")
    return found
