"""The one call of the sanitiser: what is not allowed goes, whatever list of allowed things is given."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import nh3

Judge = Callable[[str, str, str], str | None]


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A list of what may stay; `dropped` tags go with all that is in them, `styles` None: no style at all."""

    tags: AbstractSet[str]
    dropped: AbstractSet[str]
    attributes: Mapping[str, AbstractSet[str]]
    schemes: AbstractSet[str]
    styles: AbstractSet[str] | None = None


def only(html: str, allowed: Allowed, judge: Judge) -> str:
    """The HTML with nothing but that; `judge` gives each attribute its value, or None for none.

    Links open beside the page, tell nobody where they were, and carry no weight.
    """
    return nh3.clean(
        html,
        tags=set(allowed.tags),
        clean_content_tags=set(allowed.dropped),
        attributes={tag: set(names) for tag, names in allowed.attributes.items()},
        attribute_filter=judge,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        generic_attribute_prefixes=set(),
        url_schemes=set(allowed.schemes),
        url_relative="deny",
        filter_style_properties=None if allowed.styles is None else set(allowed.styles),
    )
