"""The network: layers, activations, and outputs with their losses."""
