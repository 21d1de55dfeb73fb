"""Sweeps: hundreds of trainings with other settings, on any number of machines, with one answer."""
