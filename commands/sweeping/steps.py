"""The steps of a sweep: read, run the trials, write table and picture, print and apply the best."""

from commands.sweeping.applying import apply_setting
from commands.sweeping.conclusion import conclusion
from commands.sweeping.picture import write_picture
from commands.sweeping.rows import sweep_data
from commands.sweeping.search import best_of
from commands.sweeping.session import run_sweep
from commands.sweeping.trials_table import write_table
from commands.sweeping.workers import cluster, processes
from nn.errors import InputError
from stages.running.parameters.file import load_params


def sweep(key: str, scheduler: str | None, workers: int, is_applied: bool) -> None:
    """Sweep over an experiment; write `sweeps/KEY.csv` and, of finished trials, `.png`.

    Trials run on the Dask cluster of `scheduler`, or without one in processes here (`workers`).
    Raises InputError where the sweep cannot run or no trial has a score.
    """
    experiment = load_params().experiment(key)
    params = experiment.sweep
    if params is None:
        raise InputError(f"experiments.{key}.sweep: is missing; it says which settings to try")
    data = sweep_data(experiment, params)
    place = cluster(data, scheduler) if scheduler else processes(data, workers)
    try:
        evaluations = run_sweep(key, experiment, params, data, place)
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
        print(f"params.yaml has this setting now; rebuild with: dvc repro plot@{key}")
