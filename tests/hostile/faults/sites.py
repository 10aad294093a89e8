"""Where a fault can be put: the system calls of a run, as strace has recorded them.

A site is one call of one run: its name and its number among the calls of that name, which is what
`strace -e inject=NAME:error=...:when=NUMBER` takes; and what it concerns, a file or a peer.
"""
import collections
import re

# No fault is put into these calls, for the reason given.
EXCLUDED = {
    "execve": "there is no program without it",
    "exit_group": "nothing can fail it",
    "getpid": "cannot fail", "getuid": "cannot fail", "geteuid": "cannot fail", "getgid": "cannot fail",
    "getegid": "cannot fail", "gettid": "cannot fail", "umask": "cannot fail",
    "rt_sigaction": "fails for a wrong argument only", "rt_sigprocmask": "fails for a wrong argument only",
    "arch_prctl": "the loader's, before there is a stack guard", "set_tid_address": "cannot fail",
    "set_robust_list": "fails for a wrong argument only", "rseq": "glibc goes on without",
    "futex": "a wake-up without a waiter; as a wait only with threads", "sysinfo": "fails for a wrong argument only",
    "restart_syscall": "the kernel's own", "munmap": "fails for a wrong argument only",
    "brk": "tells no errno; the allocations are failed instead",
    "close": "strace would leave it open, and the kernel never does; a preloaded close() fails instead",
}
# The errors of each call that mean different things; `=N` is a return value instead of an error.
FAULTS = {
    "read": "EIO EINTR", "pread64": "EIO", "write": "EIO ENOSPC EINTR =0", "fsync": "EIO ENOSPC EINTR",
    "openat": "EACCES EMFILE EIO", "open": "EACCES EMFILE EIO",
    "rename": "EIO ENOSPC", "renameat2": "EIO ENOSPC", "mkdir": "EACCES ENOSPC", "mkdirat": "EACCES ENOSPC",
    "chmod": "EPERM", "fchmod": "EPERM EIO", "fchmodat": "EPERM EIO", "fchown": "EPERM EIO",
    "fchownat": "EPERM EIO", "newfstatat": "EIO EACCES", "fstat": "EIO", "access": "EIO EACCES",
    "faccessat": "EIO", "faccessat2": "EIO", "flock": "EINTR ENOLCK", "unlink": "EIO", "unlinkat": "EIO",
    "getdents64": "EIO ENOMEM", "readlink": "EIO EACCES", "getcwd": "EIO", "lseek": "EIO",
    "socket": "EMFILE ENOBUFS", "socketpair": "EMFILE", "connect": "ECONNREFUSED EACCES EINTR",
    "sendto": "EPIPE ENOBUFS EINTR", "recvfrom": "ECONNRESET EINTR =0", "recvmsg": "ENOBUFS EINTR",
    "poll": "ENOMEM EINTR =0", "ppoll": "ENOMEM EINTR", "getsockname": "ENOBUFS", "getpeername": "ENOTCONN",
    "getsockopt": "ENOBUFS", "setsockopt": "ENOBUFS", "bind": "EADDRINUSE", "fcntl": "EMFILE",
    "dup": "EMFILE", "mmap": "ENOMEM", "mprotect": "ENOMEM", "getrandom": "EAGAIN",
    "ioctl": "ENOTTY", "pipe2": "EMFILE",
    "eventfd2": "EMFILE", "prlimit64": "EPERM", "clone3": "EAGAIN", "statfs": "EIO",
}
OPENERS = ("open", "openat", "socket", "socketpair", "pipe2", "eventfd2", "dup",
           "epoll_create1", "accept4", "timerfd_create")
WATCHED = ",".join("?" + name for name in OPENERS + ("fcntl", "close", "dup2", "dup3"))

LINE = re.compile(r"^\d+ +([a-z_0-9]+)\((.*)$")
RESULT = re.compile(r"\) += (-?\d+|\?)([^=]*)$")
Site = collections.namedtuple("Site", "call number what in_main fault again")


def parse(path):
    """Yields (call, its arguments with the result) of a trace."""
    with open(path, encoding="utf-8", errors="replace") as source:
        for text in source:
            match = LINE.match(text.rstrip("\n"))
            if match:
                yield match.groups()


def concerned(call, arguments):
    """The file or the peer that a call is about: an absolute path, HOST:PORT, or ''."""
    peer = re.search(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"', arguments)
    if peer:
        return "%s:%s" % (peer.group(2), peer.group(1))
    peer = re.search(r"TCP:\[[^]]*->([0-9.]+:\d+)\]", arguments)
    if peer:
        return peer.group(1)
    path = re.search(r'sun_path="([^"]+)"', arguments) or re.search(r'UNIX[^]]*, ?"([^"]+)"\]', arguments)
    if path:
        return path.group(1)
    folder = re.match(r"(?:AT_FDCWD|\d+)<([^>]*)>, \"([^\"]*)\"", arguments)
    if call in ("openat", "mkdirat", "newfstatat", "unlinkat", "fchownat", "faccessat") and folder and not folder.group(2).startswith("/"):
        return (folder.group(1) + "/" + folder.group(2)).rstrip("/")
    quoted = re.findall(r'"(/[^"]*)"', arguments.rsplit(") =", 1)[0])
    if quoted and call not in ("read", "write", "sendto", "recvfrom", "getdents64"):
        return quoted[-1]
    opened = re.match(r"\d+<(/[^>]*)>", arguments)
    return opened.group(1).replace(" (deleted)", "") if opened else ""


def plan(trace, folder):
    """Every site of a recorded run with each of its faults; FOLDER is where the run's world was."""
    numbers = collections.Counter()
    in_main = False
    sites = []
    calls = list(parse(trace))
    # libcurl's start-up is the same each time: it ends with the second look at the descriptors.
    scans = [i for i, (call, arguments) in enumerate(calls)
             if call == "fcntl" and "F_GETFD" in arguments]
    started = scans[-1] if len(scans) > 60 else 0
    for at, (call, arguments) in enumerate(calls):
        numbers[call] += 1
        if call == "fcntl" and "F_GETFD" in arguments and not in_main:
            in_main = True  # fl_start()
        if call in EXCLUDED:
            continue
        what = concerned(call, arguments).replace(folder, "WORLD")
        if re.match(r"1(<|,)", arguments) and call == "write":
            what = "stdout"
        if re.match(r"2(<|,)", arguments) and call == "write":
            what = "stderr"
        faults = FAULTS.get(call, "EIO").split()
        if call == "fcntl" and "F_GETFD" in arguments:
            # It cannot fail for an open descriptor; libcurl's start-up calls it for others as well.
            faults = [] if re.match(r"[012]\b", arguments) else ["EBADF"]
        if call == "connect" and "sin_port" in arguments:
            faults = [fault for fault in faults if fault != "EACCES"]  # a route that says no
        if not in_main:
            faults = faults[:1]
        for fault in faults:
            sites.append(Site(call, numbers[call], what, in_main, fault, at < started))
    return sites


def injected(trace):
    with open(trace, encoding="utf-8", errors="replace") as source:
        return "INJECTED" in source.read()


def leaked(trace):
    """Descriptors that a traced run opened and did not close before its end, and the files behind them.

    A close that was made to fail was tried, which is all that a program can do."""
    held = {}
    for call, arguments in parse(trace):
        result = RESULT.search("(" + arguments)
        code = int(result.group(1)) if result and result.group(1) != "?" else -1
        if call == "close":
            number = re.match(r"\d+", arguments)
            held.pop(int(number.group()) if number else -1, None)
        elif code < 0 or "INJECTED" in arguments:
            continue
        elif call in ("socketpair", "pipe2"):
            for number in re.findall(r"\d+", arguments.split("[", 1)[1].split("]")[0]):
                held[int(number)] = call
        elif call in OPENERS or (call == "fcntl" and "F_DUPFD" in arguments):
            held[code] = call + "(" + arguments
    return held
