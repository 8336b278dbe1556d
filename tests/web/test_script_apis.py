"""What the served scripts ask a browser for: esbuild lowers how they are written, not what they call."""

import re

import pytest

from cli import assets as building
from web import assets

NEWER = {
    "Array.at, findLast, toSorted": r"\.(?:at|findLast|findLastIndex|toSorted|toReversed|toSpliced)\(",
    "Array.fromAsync": r"\bArray\.fromAsync\b",
    "String.replaceAll, matchAll": r"\.(?:replaceAll|matchAll|isWellFormed|toWellFormed)\(",
    "Object.fromEntries, hasOwn, groupBy": r"\b(?:Object|Map)\.(?:fromEntries|hasOwn|groupBy)\b",
    "Promise.allSettled, any": r"\bPromise\.(?:allSettled|any|withResolvers|try)\b",
    "AbortSignal.timeout, any": r"\bAbortSignal\.(?:timeout|any|abort)\b",
    "structuredClone, queueMicrotask": r"\b(?:structuredClone|queueMicrotask|reportError)\(",
    "crypto.randomUUID": r"\.randomUUID\b",
    "WeakRef": r"\bnew (?:WeakRef|FinalizationRegistry|AggregateError)\b",
    "Intl's lists, names, styles": r"\bIntl\.(?:ListFormat|DisplayNames|Segmenter)\b|\b(?:date|time)Style\b",
    "replaceChildren, requestSubmit": r"\.(?:replaceChildren|requestSubmit|checkVisibility|moveBefore)\(",
    "dialogs and popovers": r"\.(?:showModal|showPopover|hidePopover|togglePopover|showPicker)\(",
    "inert": r"\.inert\b",
    "selectors": r":(?:has|is|where)\(|:focus-visible\b",
    "ResizeObserver": r"\bnew ResizeObserver\b",
    "streams of files": r"\b(?:CompressionStream|DecompressionStream)\b|\.(?:arrayBuffer|stream)\(\)",
    "transitions, stored cookies": r"\.(?:startViewTransition|cookieStore)\b",
    "of a navigator": r"\bnavigator\.(?:locks|share|canShare|wakeLock|userAgentData)\b",
    "submitter": r"\.submitter\b",
}
"""By what Chrome 72 or Firefox 68 lacks; after MDN's tables."""

ASKED_FIRST = {
    "sign-in.js": {"transitions, stored cookies"},
}
"""What a script looks for before it uses it, and goes on without."""

OF_2020 = "htmx.js"
"""Loaded by pages.js where `replaceAll` and `replaceChildren` are there, which came after all it needs."""


def found_in(script: str) -> set[str]:
    return {what for what, pattern in NEWER.items() if re.search(pattern, script)}


def test_no_script_calls_what_browsers_of_2019_lack() -> None:
    assert building.build_once(), "what browsers are served was NOT looked at"
    scripts = {path.name: path.read_text("utf-8") for path in assets.BUILT.glob("*.js")}
    htmx = found_in(scripts.pop(OF_2020))
    assert {"String.replaceAll, matchAll", "replaceChildren, requestSubmit"} <= htmx
    assert {name: found for name, text in scripts.items() if (found := found_in(text))} == ASKED_FIRST


@pytest.mark.parametrize(
    "script",
    [
        "a.at(-1)",
        "s.replaceAll(' ','')",
        "Object.fromEntries(a)",
        "Promise.allSettled(a)",
        "AbortSignal.timeout(5)",
        "structuredClone(a)",
        "crypto.randomUUID()",
        "d.showModal()",
        "e.inert=!0",
        'document.querySelector("a:has(b)")',
        "new ResizeObserver(f)",
        'new Intl.DateTimeFormat("kk",{dateStyle:"long"})',
    ],
)
def test_the_rule_finds_what_it_is_for(script: str) -> None:
    assert found_in(script)


@pytest.mark.parametrize("script", ["a.map(f).flat()", "Object.entries(a)", "a.attr(1)"])
def test_and_nothing_else(script: str) -> None:
    assert not found_in(script)
