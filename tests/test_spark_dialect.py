"""facts/ and screenings/ are written so that the same files run on a cluster."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.models import FACTS
from pipelines.policy import SCREENINGS

MODELS = sorted([*FACTS.glob("*.sql"), *SCREENINGS.glob("*/*.sql")])
# What sqlglot turns into something that Spark understands otherwise, or not at all.
AVOIDED = (exp.Qualify, exp.DateDiff, exp.Quantile, exp.Lambda, exp.List, exp.Array)


@pytest.mark.parametrize("path", MODELS, ids=[path.stem for path in MODELS])
def test_a_model_can_be_turned_into_spark_sql(path: Path) -> None:
    select = path.read_text(encoding="utf-8")
    tree = sqlglot.parse_one(select, read="duckdb")
    assert not [found.sql() for found in tree.find_all(*AVOIDED)]
    (spark,) = sqlglot.transpile(
        select, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert isinstance(sqlglot.parse_one(spark, read="spark"), exp.Select | exp.SetOperation)
