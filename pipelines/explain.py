"""Why a unit or person is where it is: one explanation as data, from the tables that decided."""

from pathlib import Path

from pipelines import audit
from pipelines.conditions import screenings
from pipelines.explained import Explanation, Verdict
from pipelines.messages import say
from pipelines.origins import origins
from pipelines.payment_months import unit_months
from pipelines.policy import load_policies
from pipelines.publish import held
from pipelines.results import Results
from pipelines.storage import storage_of
from pipelines.subjects import Subject
from pipelines.verdicts import verdict


def explain(
    results: Results, out: Path, subject: Subject, is_unmasked: bool = False
) -> Explanation:
    """Every screening's verdict on a subject in a run, its months, and where its rows came from.

    Explaining a person, and whoever is masked, is in the audit log before anything is read.
    Raises StorageError when the log can't be written.
    """
    _note(results, out, subject, is_unmasked)
    policies = {policy.screening: policy for policy in load_policies()}
    verdicts: list[Verdict] = [
        verdict(results, screening, policies[screening.name], subject, is_unmasked)
        for screening in screenings()
        if screening.key == subject.key
    ]
    tables, why_not = origins(results, out, subject, is_unmasked)
    if not subject.is_person:
        tables = (unit_months(results, subject), *tables)
    run = results.run
    notes = [why_not] if why_not else []
    if is_unmasked:
        notes.append(
            say(
                "本次显示了完整的个人信息，已记入审计日志",
                "personal data is shown in full; this is in the audit log",
            )
        )
    elif subject.is_masked:
        notes.append(
            say(
                "个人信息已遮盖，本次查询已记入审计日志；确有需要时用 --unmask",
                "personal data is masked, and this question is in the audit log;"
                " use --unmask where it is needed",
            )
        )
    return Explanation(
        subject=subject,
        run_id=run.run_id,
        as_of=run.as_of.isoformat(),
        is_held=run.run_id in {item.run_id for item in held(out)},
        is_unmasked=is_unmasked,
        verdicts=tuple(verdicts),
        tables=tables,
        notes=tuple(notes),
    )


def _note(results: Results, out: Path, subject: Subject, is_unmasked: bool) -> None:
    if not subject.is_masked and not is_unmasked:
        return
    with storage_of(say("审计", "audit"), out):
        actions = ["explain", "unmask"] if is_unmasked else ["explain"]
        for action in actions:
            audit.record(out, action, "done", subject=subject.number, run=results.run.run_id)
