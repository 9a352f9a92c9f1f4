"""The definition file ``nsm.yaml``: what it can say, and how it is read and judged."""
