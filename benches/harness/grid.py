"""Look-ups on a fine grid beside a coarse one, by criterion."""

from . import micro, report

TITLE = "The grid"

COARSE, FINE = "0.25", "0.05"
ONE_BY_ONE = "96 values"


def measure(_, __):
    return micro.run("grid")


def written(found):
    lines = ["| what | 0.25 degrees | 0.05 degrees |", "| --- | ---: | ---: |"]
    targets = report.Targets()
    for coarse in (name for name in found if COARSE in name):
        words = coarse.removeprefix("grid/").replace(f" at {COARSE} degrees", "")
        mine, theirs = (per_place(found[name]) for name in (coarse.replace(COARSE, FINE), coarse))
        lines.append(f"| {words} | {text(theirs)} | {text(mine)} |")
        ratio = mine / theirs
        if words == "open":
            targets.row("0.05 degrees: open, ms", f"{mine / 1e6:.1f}", "under 50", mine < 50e6)
        elif words == ONE_BY_ONE:
            targets.note(f"for comparison: {words}, one row after the other", f"{ratio:.2f}")
        else:
            targets.row(f"0.05 degrees: {words}, of the time at 0.25", f"{ratio:.2f}", "at most 1.5", ratio <= 1.5)
    return "\n".join([*lines, "", *widths(found, targets), "", str(targets)])


def widths(found, targets):
    """The time of one value in rows of other widths, beside that in rows of 96."""
    lines = ["| a value of a cell with so many | ns |", "| --- | ---: |"]
    per_value = {name.removeprefix("width/"): per_place(found[name]) for name in found if name.startswith("width/")}
    for name, nanoseconds in sorted(per_value.items(), key=lambda one: int(one[0].split()[0])):
        lines.append(f"| {name} | {nanoseconds:.1f} |")
        columns, rest = name.split(" ", 1)
        if columns != "96":
            ratio = nanoseconds / per_value[f"96 {rest}"]
            targets.row(f"{name}: time a value, of that at 96", f"{ratio:.2f}", "at most 1.3", ratio <= 1.3)
    return lines


def per_place(measured):
    nanoseconds, throughput = measured
    return nanoseconds / throughput.get("Elements", 1)


def text(nanoseconds):
    return f"{nanoseconds / 1e6:.1f} ms" if nanoseconds > 1e5 else f"{nanoseconds:.0f} ns"
