"""A Grafana kept in step with the definition: through files that it reads at its start, or by its API.

definition ──▶ desired ──┐
                         ├──▶ planning ──▶ changes ──▶ applying, one at a time ──▶ gateway ──▶ client ──▶ Grafana
Grafana ──▶ observing ───┘
"""
