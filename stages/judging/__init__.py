"""The figures of results/KEY.json, and what speaks against them."""
