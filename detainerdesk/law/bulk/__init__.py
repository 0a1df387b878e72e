"""The law in bulk: the same rules as SQL over millions of typed cases. Needs DuckDB, Ibis and Arrow (requirements/bulk.txt).

from detainerdesk.law.bulk import decide_many
many = decide_many(cases, "us-ma-boston/police", "hold", edition)
many.table      # row, outcome, standing, settled, by, how
many.counts     # settled in SQL, undetermined and exact by signs, left to the exact path
"""

from detainerdesk.law.bulk.many import Columns, Counts, Many, decide_many

__all__ = ["Columns", "Counts", "Many", "decide_many"]
