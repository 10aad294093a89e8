"""The rules that no value may break. Each rule counts how often it was checked and what broke it."""
import collections
import re

RULES = {
    "canary": "nothing that a value says is executed",
    "status": "every exit status is a documented one",
    "foreign": "a variable of somebody else never stops the boot",
    "printed": "no control byte is printed",
    "line": "every line that is printed is one of ours, and a short one",
    "shown": "at most 200 characters of a value are shown",
    "log": "every line of the log files is one of ours",
    "journal": "every datagram to the journal has our four fields",
    "nothing": "nothing is written where the context is refused",
    "tree": "no file comes to be but the known ones",
    "unit": "the unit's bytes are always the same",
    "env": "superlink.env has its lines and no other",
    "json": "superlink.json has its keys and no other",
    "verbatim": "an accepted value stands verbatim in the files",
    "context": "what was read is the value verbatim, and its neighbours",
    "paste": "--print=docker-run and --print-curl paste into a shell as they are meant",
    "pull": "the Engine is asked to pull what the value says",
    "create": "the create request holds it verbatim, and the rest of it never changes",
    "stored": "OneGate stores an accepted value verbatim, and nothing else",
    "headers": "OneGate gets our headers only",
    "stdout": "stdout has exactly the pairs",
}
LINE_MOST = 1600  # a message has 1023 bytes of text at most, in front of it a stage, behind it a usage line
LOG = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z fl-[a-z-]+\[\d+\]: (error|warning|info|debug): [ -~]+")
JOURNAL = re.compile(rb"PRIORITY=[3467]\nSYSLOG_IDENTIFIER=fl-[a-z-]+\nSYSLOG_PID=\d+\nMESSAGE=[ -~]+\n")
PRINTED = re.compile(rb"((fl-[a-z-]+|service): [ -~]+\n)*")
CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]")


class Verdict:
    """How often each rule was checked, how often it was broken, and the first case that broke it."""

    def __init__(self):
        self.looked, self.broken = collections.Counter(), collections.Counter()
        self.first = {}

    def holds(self, rule, good, case, detail=""):
        self.looked[rule] += 1
        if not good:
            self.broken[rule] += 1
            self.first.setdefault(rule, "%s: %.300r" % (case, detail))

    def add(self, other):
        self.looked.update(other.looked)
        self.broken.update(other.broken)
        for rule, text in other.first.items():
            self.first.setdefault(rule, text)

    def write(self):
        """A line of TAP for each rule, and the first case that broke it."""
        for rule, text in RULES.items():
            good = self.looked[rule] > 0 and not self.broken[rule]
            print("ok" if good else "not ok", "%s (%d)" % (text, self.looked[rule]))
            if not good:
                print("#   broken %d times: %s" % (self.broken[rule], self.first.get(rule)))


def escaped(value):
    """As messages show a value: fl_buf_quote()."""
    out = []
    for byte in value[:300]:
        out.append({10: "\\n", 92: "\\\\"}.get(byte) or (chr(byte) if 0x20 <= byte < 0x7f else "\\x%02x" % byte))
    return "".join(out).encode()


def judge_messages(verdict, case, value, err, log=b"", datagrams=()):
    """Everything that the program printed or logged."""
    everything = err + log + b"".join(datagrams)
    verdict.holds("printed", not CONTROL.search(err), case, err)
    verdict.holds("line", PRINTED.fullmatch(err) and all(len(x) <= LINE_MOST for x in err.split(b"\n")), case, err)
    shown = escaped(value)
    if len(shown) > 200:
        verdict.holds("shown", shown[:201] not in everything and value[:201] not in everything, case, everything)
    lines = log.split(b"\n")
    verdict.holds("log", not lines.pop() and all(map(LOG.fullmatch, lines)), case, log)
    if datagrams:
        verdict.holds("journal", all(map(JOURNAL.fullmatch, datagrams)), case, datagrams)
