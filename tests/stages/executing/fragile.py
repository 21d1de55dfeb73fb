"""Workers that are one process, which some items kill."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool


class Fragile:
    def __init__(self, work, is_deadly, only_together=False):
        self.work, self.is_deadly, self.only_together = work, is_deadly, only_together
        self.is_broken, self.renewed = False, 0

    def count(self):
        return 2

    def submit(self, batch):
        if self.is_broken:
            raise BrokenProcessPool("broken")
        future: Future = Future()
        if any(map(self.is_deadly, batch)) and not (self.only_together and len(batch) == 1):
            self.is_broken = True
            future.set_exception(BrokenProcessPool("broken"))
        else:
            future.set_result(self.work(batch))
        return future

    def is_death(self, error):
        return isinstance(error, BrokenProcessPool)

    def renew(self):
        self.is_broken = False
        self.renewed += 1
