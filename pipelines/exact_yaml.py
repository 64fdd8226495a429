"""YAML as the law needs it: numbers with a point are Decimals, and no key stands twice."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml


def read_exactly(path: Path) -> Any:
    """The content of a YAML file.

    Raises OSError, UnicodeDecodeError, or yaml.YAMLError also for a key that stands twice and for
    what is written like a number but is none.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_ExactLoader)  # noqa: S506


class _ExactLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise _refused(f"{key} stands twice", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node))
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _refused(f"{text} is no number", node) from None


def _refused(what: str, node: yaml.Node) -> yaml.YAMLError:
    line = node.start_mark.line + 1
    return yaml.constructor.ConstructorError(None, None, f"line {line}: {what}")


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
