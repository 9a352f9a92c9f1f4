"""Words of the definition where Grafana would read more into them: they stand as they were written.

legend       {{label}} is a label's value, $__interval and [[__interval]] are variables
title        variables
description  variables and Markdown
expression   variables, also within quotes (``expressions.quoted``)
"""

import re
from typing import Final

JOINER: Final = "\u2060"
"""Takes no room, and breaks no line."""
VARIABLE: Final = re.compile(r"\$(?=\{?__)|\[(?=\[__)")
"""The sign that begins one."""
_LABEL: Final = re.compile(r"\{(?=\{)")
_MARKDOWN: Final = re.compile(
    r"""
      (?<=\])\((?=.)                              # a link
    | <(?=[A-Za-z/!?])                            # HTML
    | &(?=[A-Za-z][A-Za-z0-9]*;|\#)               # a sign by its name
    | \*(?=\S) | (?<=\S)\* | (?<!\w)_(?=\S) | (?<=\S)_(?!\w)   # emphasis
    | ~(?=~) | `                                  # struck out, code
    | \\(?=[!-/:-@\[-`{-~])                       # what takes the meaning of the sign after it
    | ^(?:[-+>#](?=[\s#>])|\d{1,9}(?=[.)]\s))     # a list, a quotation, a heading
    """,
    re.VERBOSE,
)


def without_variables(text: str) -> str:
    """Grafana has variables of its own, all with two underscores; boards of ours declare none."""
    return VARIABLE.sub(rf"\g<0>{JOINER}", text)


def legend(text: str) -> str:
    """The name of one line, which stands for no label."""
    return _LABEL.sub(rf"\g<0>{JOINER}", without_variables(text))


def markdown(text: str) -> str:
    """One paragraph that reads as it was written."""
    return _MARKDOWN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return f"{sign}{JOINER}" if sign.isdigit() else f"\\{sign}"
