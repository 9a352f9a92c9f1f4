"""Boards and alert rules, generated from the definition.

definition ──▶ expressions ──▶ rules (model) ──▶ nsm.rules.yml
                    └────────▶ boards (classic model) ──▶ nsm*.json
                    both ──▶ grafana, by its API: plan ──▶ one step at a time
"""
