"""Wengang 稳岗: from extracts to lists. The flow stands in nightly.py, every rule in sql/."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"
