"""A case decided anew by the engine: by the generated closure where it is complete, else over its completions."""

from __future__ import annotations

from detainerdesk.law.contradictions import refuse_contradictions
from detainerdesk.law.derived import DERIVED, Mirror
from detainerdesk.law.effects import Judged, judge_of
from detainerdesk.law.known import Known, Setting
from detainerdesk.law.lowering import law_on
from detainerdesk.law.table import Evaluation, Table


def evaluation_of(known: Known, setting: Setting) -> Evaluation:
    """The tests of a case in one setting. Raises ContradictoryFacts."""
    law = law_on(known.stack, known.day(setting.at))
    found = Evaluation(known, law, setting)
    refuse_contradictions(known, law, setting, lambda: found)
    return found


def judged(evaluation: Evaluation, action: str) -> Judged:
    """One action in one case and setting."""
    known, law, setting = evaluation.known, evaluation.law, evaluation.setting
    if action in DERIVED and not known.has_rules(action):
        return Mirror.of(action, law, known).reflected(evaluation).judged()
    judge = judge_of(law.action(action, setting.item, known.roles), known, action)
    try:
        return judge.complete(known, setting)
    except KeyError:
        return judge.over(Table(evaluation, judge.law.atoms)).judged()
