"""The table: what was measured, on which side, and whether a goal is met."""
import json

from meter import Figure, ratio

COLUMNS = (("wall", "wall ms"), ("cpu", "CPU ms"), ("children", "children"), ("programs", "execs"),
           ("memory", "peak MB"), ("instructions", "M instr"), ("late", "late ms"), ("rate", "CPU ms/s"),
           ("hour", "CPU s/h"), ("files", "files"), ("failed", "failed"),
           ("early", "early"))
COMPARED = ("wall", "cpu", "rate", "hour")


def number(value):
    """VALUE with three significant digits."""
    if value == int(value) and abs(value) < 1000:
        return "%d" % value
    if abs(value) >= 100:
        return "%.0f" % value
    return "%.1f" % value if abs(value) >= 10 else "%.2f" % value


def cell(value):
    if value is None:
        return "-"
    if not isinstance(value, Figure):
        return number(value)
    if len(value.values) < 2:
        return number(value.median)
    return "%s (%s-%s)" % (number(value.median), number(value.low), number(value.high))


class Row:
    """One side of a comparison: its name and its figures by column."""

    def __init__(self, name, **figures):
        self.name, self.figures = name, figures


class Report:
    def __init__(self):
        self.parts, self.goals = [], []

    def part(self, name, title):
        self.parts.append({"name": name, "title": title, "tables": [], "notes": []})
        print("\n%s: %s" % (name, title), flush=True)

    def note(self, text):
        self.parts[-1]["notes"].append(text)
        print("  # %s" % text, flush=True)

    def compare(self, what, rows, alike=True):
        """Rows of one thing that was done in different ways; the first is this project's. Returns the
        ratios of the first to the second, by column, where both were run in pairs. Rows of several
        things are not `alike` and have none."""
        ratios = {}
        for column in COMPARED if alike and len(rows) > 1 else ():
            ours, theirs = (row.figures.get(column) for row in rows[:2])
            if isinstance(ours, list) and isinstance(theirs, list):
                ratios[column] = ratio(ours, theirs)
        for row in rows:
            row.figures = {column: Figure(value) if isinstance(value, list) else value
                           for column, value in row.figures.items()}
        self.parts[-1]["tables"].append((what, rows, ratios))
        self.show(what, rows, ratios)
        return ratios

    @staticmethod
    def show(what, rows, ratios):
        columns = [(key, title) for key, title in COLUMNS
                   if any(row.figures.get(key) is not None for row in rows)]
        print("  %-55s%s" % (what, "".join("%22s" % title if key in ("wall", "cpu", "late") else "%10s" % title
                                           for key, title in columns)))
        lines = [(row.name, row.figures) for row in rows]
        if ratios:
            lines.append(("ratio", ratios))
        for name, figures in lines:
            print("    %-53s%s" % (name, "".join(
                ("%22s" if key in ("wall", "cpu", "late") else "%10s")
                % (cell(figures[key]) if figures.get(key) is not None else "")
                for key, _ in columns)), flush=True)

    def goal(self, text, value, least=None, most=None):
        met = (least is None or value >= least) and (most is None or value <= most)
        self.goals.append({"goal": text, "value": value, "met": met})

    def show_goals(self):
        if self.goals:
            print("\ngoals")
        for goal in self.goals:
            print("  %-75s%10s  %s" % (goal["goal"], number(goal["value"]), "met" if goal["met"] else "MISSED"))

    def as_json(self, about):
        def plain(figures):
            return {key: value.as_json() if isinstance(value, Figure) else value
                    for key, value in figures.items() if value is not None}

        return json.dumps({"about": about, "goals": self.goals, "parts": [
            {"name": part["name"], "title": part["title"], "notes": part["notes"], "comparisons": [
                {"what": what, "ratio": plain(ratios),
                 "sides": [{"name": row.name, **plain(row.figures)} for row in rows]}
                for what, rows, ratios in part["tables"]]}
            for part in self.parts]}, indent=1)
