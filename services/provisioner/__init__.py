"""Boards and alert rules, generated from the definition.

definition ──▶ expressions ──▶ rules (model) ──▶ nsm.rules.yml
                    └────────▶ boards (classic model) ──▶ nsm*.json
"""
