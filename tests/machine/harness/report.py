"""The table: what each event cost the consumers."""


class Table:
    """One row an event."""

    def __init__(self):
        self.rows = []
        self.faults = []

    def add(self, name, sent, allowed, seconds):
        """Counts the requests of an event. `allowed` None: connections that were refused or broke are no failure."""
        faults = [request for request in sent if request.fault]
        good = [request for request in sent if not request.fault]
        pause = max((request.ended - request.begun for request in good), default=0)
        ends = sorted(request.ended for request in good)
        gap = max((after - before for before, after in zip(ends, ends[1:])), default=seconds)
        self.rows.append((name, len(sent), len(faults), pause, gap, seconds))
        serious = faults if allowed == 0 else [request for request in faults if not request.is_broken]
        self.faults += [f"{name}: {request.fault}" for request in serious]
        return gap

    def __str__(self):
        lines = ["event                            requests  failed  longest pause  longest silence  seconds"]
        for name, sent, failed, pause, gap, seconds in self.rows:
            lines.append(f"{name:31}  {sent:8}  {failed:6}  {pause:11.2f} s  {gap:13.2f} s  {seconds:7.1f}")
        return "\n".join(lines)
