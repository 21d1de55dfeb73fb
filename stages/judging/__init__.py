"""The figures of metrics/KEY.json, and what speaks against them."""
