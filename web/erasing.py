"""Having oneself erased, as each page that leads to it asks: it is done once a word is typed."""

from http_base.fields import Strict, Text, YesNo
from web.forms import Form, read_form
from web.templating import text


class WordForm(Strict):
    """`word`: that of the page, which nobody types by mistake."""

    word = Text(longest=40, required=True)


class ErasureForm(WordForm):
    """Of who has a record."""

    keep_certificates = YesNo(load_default=False)


def read_word(schema: type[WordForm]) -> Form:
    """The form, refused where the word is another one."""
    form = read_form(schema)
    if form.is_good and form.data["word"].strip().casefold() != text("page.erase.word").casefold():
        form.refuse("word", "page.erase.wrong-word")
    return form
