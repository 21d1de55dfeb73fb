"""How good predictions are: metrics, and intervals that say how sure that is."""
