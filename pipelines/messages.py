"""The language of what people read: Chinese unless English is asked for."""

_language = "zh"


def use_language(language: str) -> None:
    """Set the language of all further messages: `zh` or `en`."""
    if language not in {"zh", "en"}:
        raise ValueError(language)
    global _language
    _language = language


def language() -> str:
    """The language in use, `zh` or `en`."""
    return _language


def say(zh: str, en: str) -> str:
    """The one of two wordings of a message that is in the language in use."""
    return zh if _language == "zh" else en
