"""The templates' own environment: what each of them may call, and nothing undefined."""

from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from http_base import csrf, page_sessions
from http_base.context import locale, page_caller
from notifications import words
from notifications.words import LOCALES
from service.models.base import localized
from web import addresses, assets, charts, flashes, formats, icons, places

TEMPLATES = Path(__file__).parent / "templates"


def text(key: str, **facts: Any) -> str:
    """The text of a key in the page's language."""
    return words.translate(key, locale(), facts)


def counted(key: str, number: int, **facts: Any) -> str:
    """The form of a key that fits the number, which stands for {number} in it."""
    return words.translate_plural(key, number, locale(), {"number": formats.number(number), **facts})


class _Environment(Environment):
    """Jinja's of one language, whose templates have no globals of their own: each import compares them with
    the others'."""

    language: str

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Those of all, where Jinja would lay an empty map over them and look through both, name by name."""
        return self.globals if d is None else super().make_globals(d)


class _Spoken(Extension):
    """Reads `_('page.skip')`, a key without facts, as its words: they are looked up and escaped but once."""

    _CALL = ["name", "lparen", "string", "rparen"]

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        tokens, at = list(stream), 0
        while at < len(tokens):
            call = tokens[at : at + len(self._CALL)]
            if call[0].value == "_" and [token.type for token in call] == self._CALL:
                said = words.translate(call[2].value, cast("_Environment", self.environment).language)
                yield Token(call[0].lineno, "string", said)
                at += len(call)
            else:
                yield call[0]
                at += 1


def _environment(language: str) -> Environment:
    """For pages in a language; what is said with facts is in the request's, which is the same."""
    made = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_Spoken],
    )
    made.language = language
    # Pages are UTF-8: a Cyrillic letter needs no escape, which is three times as long.
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    made.globals |= {
        "_": text,
        "ngettext": counted,
        "asset": assets.asset,
        "caller": page_caller,
        "charts": charts,
        "csrf_token": csrf.token,
        "here": addresses.here,
        "icon": icons.icon,
        "in_language": addresses.in_language,
        "LOCALES": LOCALES,
        "session_left_s": page_sessions.left_s,
        "locale": locale,
        "places_left": places.places_left,
        "take_flash": flashes.take,
        "to": addresses.to,
    }
    # Of what stands in a template itself (`{{ 130 | duration }}`) Jinja keeps what they say in this language.
    made.filters |= formats.FORMATS
    made.filters["localized"] = lambda names: localized(names, language)
    made.filters["reason"] = lambda said: words.reason_in(said, language)
    return made


ENVIRONMENTS: Mapping[str, Environment] = {language: _environment(language) for language in LOCALES}
