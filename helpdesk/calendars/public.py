"""Public holidays of countries and their regions, as the `holidays` package knows them."""

from collections.abc import Iterable
from datetime import date

import holidays
from babel import Locale

FALLBACK_LANGUAGE = "en_US"


def countries(language: str) -> list[tuple[str, str]]:
    """Countries whose holidays are known, as (ISO code, name in that language), by name."""
    names = Locale.parse(language).territories
    known = (code for code in holidays.list_supported_countries(include_aliases=False) if code in names)
    return sorted(((code, names[code]) for code in known), key=lambda one: one[1].casefold())


def regions(country: str) -> list[str]:
    """The codes of the country's regions that have holidays of their own; none for an unknown country."""
    return sorted(holidays.list_supported_countries(include_aliases=False).get(country, []))


def days(country: str, region: str, years: Iterable[int], language: str) -> list[tuple[date, str]]:
    """The public holidays of those years with their names, in order; none for an unknown place."""
    if country not in holidays.list_supported_countries(include_aliases=False):
        return []
    if region and region not in regions(country):
        return []
    spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
    known = {code.split("_")[0]: code for code in spoken}
    chosen = known.get(language) or (FALLBACK_LANGUAGE if FALLBACK_LANGUAGE in spoken else None)
    found = holidays.country_holidays(country, subdiv=region or None, years=list(years), language=chosen)
    wanted = set(years)
    return sorted((day, name) for day, name in found.items() if day.year in wanted)
