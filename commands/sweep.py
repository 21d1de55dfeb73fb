"""Try many settings of an experiment's training: `python -m commands.sweep EXPERIMENT`."""

# Each process on this machine that trains imports this file before anything else, and is to lose no
# time by it: so all else is imported where it is run, and only there.
if __name__ == "__main__":
    import sys

    from commands.sweeping.command import main

    sys.exit(main())
