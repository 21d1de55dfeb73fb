"""The steps of a sweep: read, run the trials, write table and picture, print and apply the best."""

from functools import partial

from commands.sweeping.applying import apply_setting
from commands.sweeping.conclusion import conclusion
from commands.sweeping.picture import write_picture
from commands.sweeping.rows import sweep_data
from commands.sweeping.search import best_of
from commands.sweeping.session import run_sweep
from commands.sweeping.trial import run_batch
from commands.sweeping.trials_table import write_table
from nn.errors import InputError
from stages.executing.workers import workers_for
from stages.running.parameters.file import load_params


def sweep(key: str, workers: int | None, is_applied: bool) -> None:
    """Sweep over an experiment; write `sweeps/KEY.csv` and, of finished trials, `.png`.

    Trials run in so many processes of this machine, if `workers` is given, else by `workers_for`.
    Raises InputError where the sweep cannot run or no trial has a score.
    """
    experiment = load_params().experiment(key)
    params = experiment.sweep
    if params is None:
        raise InputError(f"experiments.{key}.sweep: is missing; it says which settings to try")
    data = sweep_data(experiment, params)
    try:
        evaluations = run_sweep(
            key, experiment, params, data, workers_for(partial(run_batch, data), workers)
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt("what is done is kept; the same command continues") from None
    write_table(f"sweeps/{key}.csv", evaluations, params)
    best = best_of(evaluations, params.metric)
    if best is None:
        raise InputError(f"no trial has a score; sweeps/{key}.csv says why, trial by trial")
    write_picture(f"sweeps/{key}.png", key, evaluations, best, params)
    print(conclusion(key, evaluations, best, params, data))
    if is_applied and best.candidate.number:
        apply_setting("params.yaml", key, best.candidate.train)
        print("params.yaml has this setting now; rebuild with: dvc repro")
