"""The boards, generated from the definition with Grafana's SDK.

definition ──▶ rows of panels ──▶ one board each ──▶ JSON (classic model, schema 42, read by Grafana 10 to 13)
"""
