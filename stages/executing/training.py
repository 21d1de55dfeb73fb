"""Training many networks, on all processors or a cluster where that saves time."""

from collections.abc import Hashable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from nn.errors import InputError
from nn.training.ensemble import train_in_members
from nn.training.loop import networks_in_step, shape_of, train_in_step, train_together
from nn.training.outcome import Outcome
from nn.training.problem import Problem
from stages.executing.batches import DIED, run_batches
from stages.executing.checkpoints import Checkpoint, Outcomes
from stages.executing.epochs import EpochsSeen
from stages.executing.files import in_files, opened
from stages.executing.progress import Progress
from stages.executing.workers import is_on_cluster, workers_for

SHORT = 2e10  # multiplications, ten seconds or less, of which processes would save but a few
PER_UNIT = 30  # multiplications take as long as a unit's bias, activation and derivative

Numbered = tuple[int, Problem]


def train_everywhere(
    problems: Sequence[Problem], folder: Path, progress: Progress
) -> list[Outcome]:
    """Train all as `train_together` does, with the same outcomes, bit for bit.

    Where that takes but a moment it is done in this process, else by `workers_for`, with
    checkpoints in the folder. The progress counts epochs of all networks. Raises InputError for
    rows that cannot be computed with, for workers that cannot do the work, and for a training that
    kills its process.
    """
    if sum(problem.settings.ensemble * work_of(problem) for problem in problems) < SHORT:
        return train_together(problems, [EpochsSeen(progress)])
    return train_in_members(problems, lambda members: _train_on_workers(members, folder, progress))


def _train_on_workers(
    problems: Sequence[Problem], folder: Path, progress: Progress
) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    ended = Outcomes(folder)

    def known_as(batch: list[Numbered]) -> list[Problem]:
        return [problems[number] for number, _ in batch]

    def keep(batch: list[Numbered], trained: list[Outcome]) -> None:
        outcomes.update(zip((number for number, _ in batch), trained, strict=True))

    def keep_for_later(batch: list[Numbered], trained: list[Outcome]) -> None:
        ended.keep(known_as(batch), trained)
        keep(batch, trained)
        progress.advance(_epochs(batch))

    # Workers of a cluster do not see this machine's disk: there, what has ended is all that stays.
    # Those on this machine open the files in which large features lie, and get no copies.
    is_far = is_on_cluster()
    work = partial(_train, None if is_far else folder)
    with workers_for(work) as workers:
        missing = []
        for batch in dealt(problems, workers.count()):
            known = ended.of(known_as(batch))
            if known is None:
                missing.append(batch if is_far else [(n, in_files(each)) for n, each in batch])
            else:
                keep(batch, known)
                progress.skip(_epochs(batch))
        run_batches(iter(missing), workers, keep_for_later, _refuse, lambda: progress.advance(0))
    return [outcomes[number] for number in range(len(problems))]


def dealt(problems: Sequence[Problem], workers: int) -> list[list[Numbered]]:
    """Deal problems out, each with its number, in batches that train in step; most work first.

    Of one shape every worker gets as many batches, of as many networks, give or take one.
    """
    shapes: dict[Hashable, list[Numbered]] = {}
    for number, problem in enumerate(problems):
        shapes.setdefault(shape_of(problem), []).append((number, problem))
    batches = []
    for alike in shapes.values():
        at_a_time = networks_in_step(alike[0][1])
        count = min(workers * -(-len(alike) // (workers * at_a_time)), len(alike))
        batches += [alike[start::count] for start in range(count)]
    return sorted(batches, key=_work, reverse=True)


def work_of(problem: Problem) -> int:
    """Estimate how many multiplications take as long as a training that is not stopped early."""
    rows, columns = map(int, problem.features.shape)
    sizes = (columns, *problem.settings.hidden, problem.classes)
    weights = sum((inputs + PER_UNIT) * outputs for inputs, outputs in pairwise(sizes))
    return problem.settings.epochs * rows * weights * 3


def _work(batch: list[Numbered]) -> int:
    return sum(work_of(problem) for _, problem in batch)


def _epochs(batch: list[Numbered]) -> int:
    return sum(problem.settings.epochs for _, problem in batch)


def _train(folder: Path | None, batch: list[Numbered]) -> list[Outcome]:
    problems = [opened(problem) for _, problem in batch]
    return train_in_step(problems, 0, [Checkpoint(folder)] if folder else [])


def _refuse(item: Numbered) -> None:
    raise InputError(f"training {item[0]}: {DIED}")
