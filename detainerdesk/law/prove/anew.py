"""A case decided anew by the engine: by the generated closure where it is complete, else over its completions."""

from __future__ import annotations

from detainerdesk.law.contradictions import refuse_contradictions
from detainerdesk.law.derived import decided_by
from detainerdesk.law.effects import Judged
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.lowering import law_on
from detainerdesk.law.table import Evaluation


def evaluation_of(known: Known, setting: Setting) -> Evaluation:
    """The tests of a case in one setting. Raises ContradictoryFacts."""
    law = law_on(known.stack, known.docket.day(setting.at))
    found = Evaluation(known, law, setting)
    refuse_contradictions(known, law, setting, lambda: found)
    return found


def judged(evaluation: Evaluation, action: str) -> Judged:
    """One action in one case and setting."""
    return (
        decided_by(action, evaluation.setting.item, evaluation.law, evaluation.known.docket)
        .effects(evaluation)
        .judged()
    )
