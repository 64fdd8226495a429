"""Invented extracts: a region of any size (region.py) and the stories of data/sample (stories.py)."""

from pipelines.sample.region import make_sample

__all__ = ["make_sample"]
