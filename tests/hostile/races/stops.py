"""Runs a program that is stopped before each of its system calls, by ptrace(2).

    for every call of the program:   stops.run(command, at=number, act=function)

runs COMMAND, calls FUNCTION just before system call NUMBER, and lets COMMAND go on. Whatever another process does
at any moment, it does before some system call, so all numbers together are all moments.
"""
import ctypes
import os
import signal

TRACEME, DETACH, SYSCALL, SETOPTIONS = 0, 17, 24, 0x4200
EXITKILL, SYSGOOD = 1 << 20, 1
LIBC = ctypes.CDLL(None, use_errno=True)
DEADLINE = 60  # stops a hang only


class Hang(Exception):
    pass


def ptrace(request, pid, data=0):
    LIBC.ptrace.argtypes = (ctypes.c_long,) * 2 + (ctypes.c_void_p,) * 2
    LIBC.ptrace.restype = ctypes.c_long
    if LIBC.ptrace(request, pid, None, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def start(command, stderr):
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for number, fd in enumerate((null, null, stderr)):
                os.dup2(fd, number)
            ptrace(TRACEME, 0)
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    return pid


def expired(*_):
    raise Hang()


def run(command, at=None, act=None, watch=None, stderr=None, folder=None):
    """Returns (its exit status or -SIGNAL, the number of its system calls until ACT or its end).

    ACT is called with its pid before call number AT, after which it runs freely; WATCH with
    (pid, number) before each call. With FOLDER the calls count only once something there is open.
    """
    null = os.open(os.devnull, os.O_RDWR)
    pid = start(command, null if stderr is None else stderr)
    os.close(null)
    number, entry, counts = 0, True, folder is None
    signal.signal(signal.SIGALRM, expired)
    signal.alarm(DEADLINE)
    try:
        os.waitpid(pid, 0)  # the execve itself
        ptrace(SETOPTIONS, pid, EXITKILL | SYSGOOD)
        passed_on = 0
        while True:
            ptrace(SYSCALL, pid, passed_on)
            _, status = os.waitpid(pid, 0)
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                return os.waitstatus_to_exitcode(status), number
            passed_on = 0
            if os.WSTOPSIG(status) != signal.SIGTRAP | 0x80:
                passed_on = os.WSTOPSIG(status)
                continue
            counts = counts or has_open(pid, folder)
            if entry and counts:
                if watch is not None:
                    watch(pid, number)
                if number == at:
                    act(pid)
                    ptrace(DETACH, pid)
                    _, status = os.waitpid(pid, 0)
                    return os.waitstatus_to_exitcode(status), number
                number += 1
            entry = not entry
    except Hang:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return "hang", number
    finally:
        signal.alarm(0)


def has_open(pid, folder):
    """Whether the process has something at or below FOLDER open."""
    for fd in os.listdir("/proc/%d/fd" % pid):
        try:
            path = os.readlink("/proc/%d/fd/%s" % (pid, fd))
        except FileNotFoundError:
            continue
        if path == folder or path.startswith(folder + "/"):
            return True
    return False


def within(command, folder):
    """The numbers of the calls of COMMAND from the opening of FOLDER to its last use."""
    numbers = []
    run(command, watch=lambda pid, number: numbers.append(number) if has_open(pid, folder) else None)
    return range(max(0, numbers[0] - 2), numbers[-1] + 2) if numbers else range(0)


def possible():
    """Whether processes may be traced here."""
    try:
        return run(["true"])[0] == 0
    except OSError:
        return False
