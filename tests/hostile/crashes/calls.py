"""The calls that change files, as strace records them, and what each does to a Disk."""
import ast
import os
import re
import subprocess

from tree import STATUS, Node

RECORDED = ("open", "openat", "creat", "write", "pwrite64", "writev", "ftruncate", "truncate", "fallocate",
            "copy_file_range", "sendfile", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown",
            "fchownat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink",
            "unlinkat", "rmdir", "mkdir", "mkdirat", "fsync", "fdatasync", "sync", "syncfs", "umask",
            "chdir", "fchdir")
# No program here makes these calls on a file that outlives a power cut, and the model does not know them.
UNKNOWN = {"creat", "pwrite64", "writev", "ftruncate", "truncate", "fallocate", "copy_file_range", "sendfile",
           "link", "linkat", "rmdir", "fchmodat2"}

LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(<.*>)?")
WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")(\.\.\.)?|((?:-?\d+|AT_FDCWD)<[^>]*>)|([^,\s][^,]*))')


class Call:
    def __init__(self, pid, name, words, result, opened):
        self.pid, self.name, self.words, self.result, self.opened = pid, name, words, result, opened


def words_of(text):
    """A call's arguments: bytes for what stands in quotes, text for the rest."""
    found = []
    for quoted, cut, descriptor, other in WORD.findall(text):
        if cut:
            raise ValueError("cut off: " + text[:80])
        found.append(ast.literal_eval("b" + quoted) if quoted else descriptor or other)
    return found


def record(command, path, env=None):
    """Runs COMMAND under strace, with the record in the file PATH; its exit status."""
    return subprocess.run(
        ["strace", "-f", "-y", "-qq", "-s", "1000000", "-e", "signal=none", "-o", path,
         "-e", "trace=" + ",".join("?" + name for name in RECORDED)] + command,
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False).returncode


def read(path):
    """The calls of the record that succeeded, in the order of their ends."""
    begun = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            line = line.rstrip("\n")
            pid = line.split(" ", 1)[0]
            if line.endswith(" <unfinished ...>"):
                begun[pid] = line[:-len(" <unfinished ...>")]
                continue
            resumed = re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line)
            if resumed:
                line = begun.pop(pid) + resumed.group(1)
            match = LINE.match(line)
            if match and int(match.group(4)) >= 0:
                yield Call(pid, match.group(2), words_of(match.group(3)), int(match.group(4)),
                           (match.group(5) or "")[1:-1])


class Replay:
    """Tells a Disk what the calls do to what stands below ROOT."""

    def __init__(self, disk, root):
        self.disk, self.root = disk, root + "/"
        self.status = self.written = ""  # the stage that is claimed, and what was written last below run/
        self.open = {}  # (process, descriptor): path
        self.masks = {}
        self.folders = {}  # the working folder of a process that has changed it, as mkdir -p does

    def below(self, path):
        """PATH below the root, or None if it is elsewhere or has no name any more."""
        path = os.path.normpath(path) if path else ""
        if path == self.root[:-1]:
            return ""
        return path[len(self.root):] if path.startswith(self.root) and not path.startswith(
            self.root + "run/") and not path.endswith(" (deleted)") else None

    def path(self, call, word, folder=None):
        """The path that WORD names: a descriptor, or a path that may go through one."""
        if isinstance(word, str):
            return word[word.index("<") + 1:-1]
        text = os.fsdecode(word)
        through = re.match(r"/proc/self/fd/(\d+)/(.*)", text)
        if through:
            return self.open[call.pid, int(through.group(1))] + "/" + through.group(2)
        return os.path.join(self.path(call, folder) if folder is not None else self.folders.get(call.pid, "/"), text)

    def remember(self, call):
        for word in call.words + ["%d<%s>" % (call.result, call.opened)] * bool(call.opened):
            match = re.match(r"(\d+)<(.*)>$", word) if isinstance(word, str) else None
            if match:
                self.open[call.pid, int(match.group(1))] = match.group(2)

    def do(self, call):
        """Whether this call changed anything below the root."""
        self.remember(call)
        if call.name == "umask":
            self.masks[call.pid] = int(call.words[0], 8)
            return False
        if call.name == "sync":
            self.disk.sync_all()
            return True
        one = getattr(self, call.name, None)
        if call.name in UNKNOWN and any(self.root in str(word) and self.root + "run/" not in str(word)
                                        for word in call.words):
            raise ValueError("%s: the model does not know it" % call.name)
        return bool(one is not None and one(call))

    def masked(self, call, mode):
        return int(mode, 8) & ~self.masks.get(call.pid, 0o022)

    # --- the calls ------------------------------------------------------------------------------

    def openat(self, call):
        path = self.below(call.opened)
        if path is None:
            return False
        if "O_CREAT" in call.words[2] and self.disk.find(path) is None:
            self.disk.make(path, Node("file", self.masked(call, call.words[3]), 0, 0, b""))
            return True
        if "O_TRUNC" in call.words[2]:
            self.disk.truncate(path)
            return True
        return False

    def write(self, call):
        path = self.below(self.path(call, call.words[0]))
        if path is None:
            self.written = call.words[1]
            return False
        self.disk.write(path, call.words[1][:call.result])
        return True

    def on_path(self, path, change, *values):
        path = self.below(path)
        if path is None:
            return False
        change(path, *values)
        return True

    def chdir(self, call):
        self.folders[call.pid] = self.path(call, call.words[0])
        return False

    fchdir = chdir

    def fchmod(self, call):
        return self.on_path(self.path(call, call.words[0]), self.disk.mode, int(call.words[1], 8))

    chmod = fchmod

    def fchmodat(self, call):
        return self.on_path(self.path(call, call.words[1], call.words[0]), self.disk.mode, int(call.words[2], 8))

    def fchown(self, call):
        return self.on_path(self.path(call, call.words[0]), self.disk.give, *map(int, call.words[1:3]))

    chown = lchown = fchown

    def fchownat(self, call):
        return self.on_path(self.path(call, call.words[1], call.words[0]), self.disk.give,
                            *map(int, call.words[2:4]))

    def rename(self, call):
        return self.both(self.path(call, call.words[0]), self.path(call, call.words[1]))

    def renameat(self, call):
        return self.both(self.path(call, call.words[1], call.words[0]), self.path(call, call.words[3], call.words[2]))

    renameat2 = renameat  # as mv(1) calls it, with RENAME_NOREPLACE or none

    def both(self, old, new):
        if new == self.root + STATUS:
            self.status = self.written.decode().strip()
        old, new = self.below(old), self.below(new)
        if old is None or new is None:
            return False
        self.disk.rename(old, new)
        return True

    def symlink(self, call):
        return self.on_path(self.path(call, call.words[1]), self.disk.make, Node("link", 0o777, 0, 0, call.words[0]))

    def symlinkat(self, call):
        return self.on_path(self.path(call, call.words[2], call.words[1]), self.disk.make,
                            Node("link", 0o777, 0, 0, call.words[0]))

    def unlink(self, call):
        return self.on_path(self.path(call, call.words[0]), self.disk.remove)

    def unlinkat(self, call):
        return self.on_path(self.path(call, call.words[1], call.words[0]), self.disk.remove)

    def mkdir(self, call):
        return self.on_path(self.path(call, call.words[0]), self.disk.make,
                            Node("folder", self.masked(call, call.words[1]), 0, 0, None))

    def mkdirat(self, call):
        return self.on_path(self.path(call, call.words[1], call.words[0]), self.disk.make,
                            Node("folder", self.masked(call, call.words[2]), 0, 0, None))

    def fsync(self, call):
        return self.on_path(self.path(call, call.words[0]), self.disk.sync)

    fdatasync = fsync

    def syncfs(self, call):
        if self.below(self.path(call, call.words[0])) is None:
            return False
        self.disk.sync_all()
        return True
