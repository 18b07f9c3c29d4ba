"""A condition asked on its own agrees with the slow oracle, for every lead and instant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.histories import moments
from tests.engine.test_agreement import Case, cases

from teichaku.engine.columns import columns_of
from teichaku.engine.conditions import condition_holds


@given(case=cases(), data=st.data())
def test_conditions_agree(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    if rulebook.mql is None:
        return
    as_of = data.draw(moments(rulebook, leads), "as of")
    condition = rulebook.mql.when
    # the same condition of a handover, where the rulebook defines something else
    asked = rulebook.model_copy(update={"mql": None})
    found = condition_holds(asked, condition, columns_of(leads), as_of)
    assert found.tolist() == [oracle.holds(rulebook, condition, lead, as_of) for lead in leads]
