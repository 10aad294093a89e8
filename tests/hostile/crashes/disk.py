"""A model of a file system that may lose in a power cut everything that was not synced.

Each change is a fact. It lasts once its file (content, owner, mode) or folder (names in it) was synced. Until
then it may have reached the disk or not, independently of the other facts. A real file system gives more than
that; fsync(2) and rename(2) promise no more.
"""
import itertools
import os

from tree import Node, LOGS, TEMPORARY

ALL_SUBSETS = 5  # facts, up to which each subset of them is a state of its own


class Inode:
    def __init__(self, node):
        self.node = self.made = node
        self.names = {}  # of a folder
        self.lasting = None  # the node as it was last synced; None: never

    def lost(self, torn):
        """The node on the disk, if its file or folder was not synced since it changed."""
        node = self.lasting or self.made
        if node.kind == "file" and (self.lasting is None or torn and node.data != self.node.data):
            node = node._replace(data=self.node.data[:len(self.node.data) // 2] if torn else b"")
        return node


class Fact:
    """A change that may not be on the disk: a file's content and owner ("content"), or a name in a folder.

    A name's fact tells which name went (old), which came (new), and what had that before (displaced).
    """

    def __init__(self, path, inode, folder=None, old=None, new=None, displaced=None):
        self.path, self.inode, self.folder = path, inode, folder
        self.old, self.new, self.displaced = old, new, displaced

    def __str__(self):
        return "%s: %s" % (self.path, "its name in its folder" if self.folder else "content, owner or mode")


class Disk:
    def __init__(self, tree):
        self.top = Inode(Node("folder", 0o755, 0, 0, None))
        self.top.lasting = self.top.node
        self.facts = []
        self.faults = []
        for path in sorted(tree):
            inode = Inode(tree[path])
            inode.lasting = inode.node
            self.folder_of(path).names[os.path.basename(path)] = inode

    # --- looking up -----------------------------------------------------------------------------

    def find(self, path):
        inode = self.top
        for name in path.split("/") if path else []:
            inode = inode.names.get(name) if inode is not None else None
        return inode

    def folder_of(self, path):
        return self.find(os.path.dirname(path))

    # --- what the calls do ----------------------------------------------------------------------

    def changed(self, path, inode, **values):
        inode.node = inode.node._replace(**values)
        self.forget(inode)
        if inode.node != inode.lasting and not path.startswith(LOGS):
            self.facts.append(Fact(path, inode))

    def forget(self, inode):
        """The facts of INODE's content that are not synced."""
        self.facts = [fact for fact in self.facts if fact.folder or fact.inode is not inode]

    def renamed(self, path, inode, old, new):
        folder = self.folder_of(path)
        fact = Fact(path, inode, folder, old, new, folder.names.get(new))
        self.put_names(folder.names, fact)
        self.facts.append(fact)

    @staticmethod
    def put_names(names, fact):
        names.pop(fact.old, None)
        if fact.new is not None:
            names[fact.new] = fact.inode

    def make(self, path, node):
        inode = Inode(node)
        self.renamed(path, inode, None, os.path.basename(path))
        if node.kind == "file":
            self.changed(path, inode)
        else:
            inode.lasting = node  # a link or an empty folder is nothing but its name
        if node.kind == "file" and not TEMPORARY.match(path) and not path.startswith(LOGS):
            self.faults.append("%s is made under its final name, before it is whole" % path)

    def truncate(self, path):
        self.faults.append("%s is emptied before it is written anew" % path)
        self.changed(path, self.find(path), data=b"")

    def write(self, path, data):
        inode = self.find(path)
        self.changed(path, inode, data=inode.node.data + data)

    def give(self, path, uid, gid):
        node = self.find(path).node
        self.changed(path, self.find(path), uid=node.uid if uid == -1 else uid, gid=node.gid if gid == -1 else gid)

    def mode(self, path, mode):
        self.changed(path, self.find(path), mode=mode)

    def rename(self, old, new):
        inode = self.find(old)
        if os.path.dirname(old) != os.path.dirname(new):
            self.faults.append("%s comes from another folder" % new)
        if any(fact.inode is inode and not fact.folder for fact in self.facts):
            self.faults.append("%s is renamed into place before it is synced" % new)
        self.renamed(new, inode, os.path.basename(old), os.path.basename(new))

    def remove(self, path):
        inode = self.find(path)
        self.renamed(path, inode, os.path.basename(path), None)
        self.forget(inode)

    def sync(self, path):
        inode = self.find(path)
        if inode is None:
            return  # it has lost its name, so nothing can be lost any more
        inode.lasting = inode.node
        self.forget(inode)
        self.facts = [fact for fact in self.facts if fact.folder is not inode]

    def sync_all(self):
        for fact in self.facts:
            fact.inode.lasting = fact.inode.node
        self.facts = []

    # --- after the cut --------------------------------------------------------------------------

    def unsynced(self):
        """What a run that reports success must not leave; a temporary file may come back."""
        return [str(fact) for fact in self.facts
                if not fact.path.startswith(LOGS) and not TEMPORARY.match(fact.path)]

    def choices(self, dice):
        """Which facts have reached the disk: sets of their numbers."""
        count = range(len(self.facts))
        if len(self.facts) <= ALL_SUBSETS:
            for size in range(len(self.facts) + 1):
                yield from map(set, itertools.combinations(count, size))
            return
        yield from (set(range(kept)) for kept in range(len(self.facts) + 1))
        yield from (set(count) - {one} for one in count)
        yield from ({one} for one in count)
        yield from ({one for one in count if dice.random() < 0.5} for _ in range(10))

    def states(self, dice):
        """The trees that may be found after a cut at this moment."""
        for kept in self.choices(dice):
            yield self.tree(kept, False)
            if any(not fact.folder and number not in kept for number, fact in enumerate(self.facts)):
                yield self.tree(kept, True)

    def names_on_disk(self, kept):
        """The names in each folder that has facts, by its id: all facts taken back, then those of KEPT done."""
        names = {id(fact.folder): dict(fact.folder.names) for fact in self.facts if fact.folder}
        for fact in reversed(self.facts):
            now = names.get(id(fact.folder))
            if fact.folder and fact.new is not None:
                del now[fact.new]
                if fact.displaced is not None:
                    now[fact.new] = fact.displaced
            if fact.folder and fact.old is not None:
                now[fact.old] = fact.inode
        for number, fact in enumerate(self.facts):
            now = names.get(id(fact.folder))
            if fact.folder and number in kept:
                self.put_names(now, fact)
        return names

    def tree(self, kept, torn):
        """What is found where the facts of KEPT have reached the disk; TORN: half of the other contents."""
        lost = {id(fact.inode) for number, fact in enumerate(self.facts)
                if not fact.folder and number not in kept}
        names = self.names_on_disk(kept)
        found = {}

        def walk(folder, path):
            for name, inode in names.get(id(folder), folder.names).items():
                found[path + name] = inode.lost(torn) if id(inode) in lost else inode.node
                walk(inode, path + name + "/")

        walk(self.top, "")
        return found
