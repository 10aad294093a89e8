"""Trees below --root as values (../../shared.py), and what may stand in them after a run was killed.

Of run/ (context, sockets, what a boot knows) a tree holds the status file only.
"""
import os
import re
import shutil

import shared
from shared import Node

TEMPORARY = re.compile(r"(.*)\.fl-[A-Za-z0-9]{6}$")

RUN = "run/flower-superlink"
STATUS, LOCK, MOTD = RUN + "/status", RUN + "/lock", "etc/motd"
REPORT = "etc/one-appliance/config"
BOOTED = "opt/flower/config/booted"
UNIT = "etc/systemd/system/flower-superlink.service"
CONFIGURED = ("opt/flower/config/superlink.env", "opt/flower/config/superlink.json", UNIT,
              "opt/flower/state", "opt/flower/certs")
LOGS = "var/log/"
BOOT_LOG = "var/log/one-appliance/flower-bootstrap.log"  # also of the look at the end of a run that fails


def take(root):
    tree = shared.take(root, ("run",))
    if os.path.isdir(os.path.join(root, RUN)):
        here = shared.take(os.path.join(root, RUN))
        tree.update({STATUS: here["status"]} if "status" in here else {})
    return tree


def lay_out(root, tree):
    shutil.rmtree(os.path.join(root, RUN), ignore_errors=True)
    if STATUS in tree:
        os.mkdir(os.path.join(root, RUN))
    shared.lay_out(root, tree, ("run",))


def lasting(tree):
    """What outlives a power cut."""
    return {path: node for path, node in tree.items() if path != STATUS}


def temporaries(tree):
    return [path for path in tree if TEMPORARY.match(path)]


def status(tree):
    return tree[STATUS].data.decode().strip() if STATUS in tree else ""


def words():
    return ["%s_%s" % (stage, result) for stage in ("install", "configure", "bootstrap")
            for result in ("started", "success", "failure")]


def show(node):
    if node is None:
        return "nothing"
    data = "" if node.data is None else ", %d bytes %r" % (len(node.data), node.data[:60])
    return "%s %o %d:%d%s" % (node.kind, node.mode, node.uid, node.gid, data)


def is_one_of(node, whole):
    """Whether NODE is one of WHOLE; a folder is made, then given away, and the next run mends it."""
    return node in whole or (node is not None and node.kind == "folder"
                             and any(one is not None and one.kind == "folder" for one in whole))


def halves(tree, before, after, motds):
    """A complaint for each path that is neither as in BEFORE nor as in AFTER. MOTDS: the texts of all stages."""
    found = []
    for path in sorted(set(tree) | set(before) | set(after)):
        node, whole = tree.get(path), [before.get(path), after.get(path)]
        match = TEMPORARY.match(path)
        if path.startswith(LOGS):
            continue
        if match:
            if match.group(1) not in after and match.group(1) not in before:
                found.append("%s: a temporary file of nothing known" % path)
        elif path == STATUS:
            if node not in whole and (status(tree) not in words() or node.mode != 0o644):
                found.append("%s is %s" % (path, show(node)))
        elif path == MOTD:
            if node not in whole and (node is None or node.data not in motds or node.mode != 0o644):
                found.append("%s is %s" % (path, show(node)))
        elif not is_one_of(node, whole):
            found.append("%s is %s, neither %s nor %s" % (path, show(node), *map(show, whole)))
    return found


def false_claims(tree, before, after):
    """A new success in the status file, or a new mark of one, that is not true. The report is part of step 11,
    which may fail."""
    word = status(tree)
    claims = [word] if word.endswith("_success") and tree[STATUS] != before.get(STATUS) else []
    claims += [BOOTED] if BOOTED in tree and BOOTED not in before else []
    notes = tuple(path for path in after if path.endswith(".flower-version"))
    claimed = {"install_success": [path for path in after if not path.startswith(LOGS)
                                   and path not in (STATUS, MOTD)],
               "configure_success": CONFIGURED,
               "bootstrap_success": CONFIGURED + (BOOTED,) + notes,
               BOOTED: CONFIGURED + notes}
    return ["%s, but %s is %s" % (claim, path, show(tree.get(path))) for claim in claims for path in claimed[claim]
            if tree.get(path) != after.get(path)]


def differences(tree, wanted):
    """The differences between TREE and WANTED; of logs only owner and mode count."""
    found = []
    for path in sorted(set(tree) | set(wanted)):
        one, two = tree.get(path), wanted.get(path)
        if path == BOOT_LOG and two is None:
            two = Node("file", 0o640, 0, 0, None)
        if path.startswith(LOGS) and one and two:
            one, two = one._replace(data=None), two._replace(data=None)
        if one != two:
            found.append("%s is %s, not %s" % (path, show(one), show(two)))
    return found


def progress(tree, before, after):
    """How far a run came: "before" it wrote anything, "between", or "after" it wrote everything."""
    paths = [path for path in set(tree) | set(before) | set(after) if not path.startswith(LOGS)]
    if all(tree.get(path) == before.get(path) for path in paths):
        return "before"
    if all(tree.get(path) == after.get(path) for path in paths):
        return "after"
    return "between"
