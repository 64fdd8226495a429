"""Invented extracts: a region of any size, and the stories of data/sample."""

from pipelines.sample.region import make_sample

__all__ = ["make_sample"]
