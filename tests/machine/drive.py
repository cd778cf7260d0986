# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

r"""A machine that calls itself WSL 2, with drive C: at /mnt/c: a 9p mount whose far side is a process of its own.

What Windows does behind the mount is not here: this is what Linux makes of a 9p server that dies, freezes and comes back.
"""

from __future__ import annotations

import json
import time
import typing as t

from ..harness.machine.drive_server import DriveServer
from .desk import INPUT, OUTPUT, PORTS, Desk

_RELEASE = "6.6.87.2-microsoft-standard-WSL2"
NAME = (
    f"echo {_RELEASE} | sudo tee /run/osrelease >/dev/null && "
    "sudo mount --bind /run/osrelease /proc/sys/kernel/osrelease"
)
# As WSL mounts drives, but for the transport: the network, which may not end before the mount.
OPTIONS = "rw,noatime,dirsync,cache=mmap,access=client,msize=262144,_netdev"
# One server each way: what there are seven of is shown elsewhere.
_TOPOLOGY = "".join(
    f"    - {{name: {name}, port: {PORTS[name]}, export_id: {number}}}\n" for name, number in ((INPUT, 1), (OUTPUT, 5))
)
# make up without what the other tests show: the image and the checks.
UP = "up ARGS='-e @../two.yml --tags layout,provision,deploy'"
_ALL = "up ARGS='-e @../two.yml -e nas_servers_start_at_boot=true'"
_UNITS = "file-simulator-file-simulator@*.service"
_POINT = "/mnt/c"
_VOLUME = "/var/lib/containers/storage/volumes/file-simulator.{server}.export/_data"
# Writes files until its time is up, and says which were written without an error; a name has its content's digest.
_WRITE = """
import hashlib, os, pathlib, sys, time
where, end = pathlib.Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    data = os.urandom(1 << 16) * 4
    name = hashlib.sha256(data).hexdigest()
    try:
        fd = os.open(where / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(fd, data); os.fsync(fd); os.close(fd)
        print(name, flush=True)
    except OSError:
        time.sleep(0.5)
    time.sleep(0.2)
"""
# Says how many of the files whose names are read are not there, and how many are not what their names say.
_CHECK = """
import hashlib, pathlib, sys
where, expected = pathlib.Path(sys.argv[1]), set(sys.stdin.read().split())
there = {path.name: path for path in where.iterdir() if path.name in expected}
parts = [name for name, path in there.items() if hashlib.sha256(path.read_bytes()).hexdigest() != name]
print(len(expected - set(there)), len(parts))
"""


class Drive:
    """Drive C: of a desk, and what happens to it."""

    def __init__(self, desk: Desk, server: DriveServer) -> None:
        self.desk = desk
        self.server = server
        desk.data = f"{_POINT}/simulator-data"

    def stand(self) -> None:
        """Mount the drive and stand two servers up, then save the machine as ``drive``, with both stopped."""
        machine = self.desk.machine
        machine.run(f"{NAME} && printf 'file_simulator_topology:\\n  servers:\\n{_TOPOLOGY}' > two.yml")
        for name, program in (("write", _WRITE), ("check", _CHECK)):
            machine.run(f"cat > {name}.py <<'END'{program}END")
        self.mount()
        self.desk.make(_ALL, seconds=3600)
        # A connection is nothing that can be saved.
        machine.run(f"sudo podman pod stop --all && sudo umount {_POINT}")
        machine.save("drive")

    def again(self) -> None:
        """Go on from ``drive``, with the far side new and both servers running."""
        self.server.kill()
        self.server.start()
        self.mount()
        self.desk.machine.run("sudo podman pod start --all")

    def be_local(self) -> None:
        """Have the same directories on the machine's own disk, for servers that are started anew."""
        kept = "/var/tmp/simulator-data"
        self.desk.machine.run(
            f"sudo podman pod stop --all && sudo cp -a {self.desk.data} {kept} && sudo umount {_POINT} && "
            f"sudo mv {kept} {_POINT} && sudo podman pod start --all"
        )

    def mount(self) -> None:
        """Mount it, as WSL does when it starts."""
        self.desk.machine.run(f"sudo mkdir -p {_POINT} && {self.server.mount(_POINT, OPTIONS)}")

    def unmount(self) -> None:
        """Unmount it, whoever has it open."""
        self.desk.machine.run(f"sudo umount --lazy {_POINT}")

    def restart_without_it(self) -> None:
        """Shut the machine down and start it, as if the drive were not plugged in."""
        machine = self.desk.machine
        machine.shut_down(seconds=1800)
        machine.start()
        machine.run(NAME)

    def units(self) -> list[str]:
        """Return the states of the servers' units."""
        return self.desk.machine.run(f"systemctl show --property=ActiveState --value '{_UNITS}'").split()

    def until_started(self, seconds: float = 1800) -> None:
        """Wait until the servers' units have started them, and print how long that took."""
        begin = time.monotonic()
        while (states := self.units()) != ["active", "active"]:
            assert time.monotonic() < begin + seconds, states
            time.sleep(5)
        print(f"{time.monotonic() - begin:6.0f} s  the servers have started by themselves", flush=True)

    def write(self, seconds: float) -> None:
        """Begin to write on both sides, as testers and services do."""
        nas = f"nfsvers=4.1,port={PORTS[OUTPUT]} 127.0.0.1:/data /mnt/nas"
        self.desk.machine.run(
            f"sudo mkdir -p /mnt/nas && sudo mount -t nfs4 -o {nas} && "
            f"(python3 write.py {self.desk.data}/{INPUT} {seconds} > {INPUT}.log 2>&1 & "
            f"sudo python3 write.py /mnt/nas {seconds} > {OUTPUT}.log 2>&1 &)"
        )

    def wait_for_writers(self) -> None:
        self.desk.machine.run("while pgrep -f '[w]rite.py' >/dev/null; do sleep 1; done; sudo umount /mnt/nas")

    def agent(self, server: str) -> dict[str, t.Any]:
        """What a server's agent last wrote of itself."""
        said: dict[str, t.Any] = json.loads(
            self.desk.machine.run(f"sudo cat {_VOLUME.format(server=server)}/.nas/status.json")
        )
        return said

    def halted(self, why: str, seconds: float = 180) -> None:
        """Wait until both agents say that sync is halted, and why."""
        deadline = time.monotonic() + seconds
        for server in (INPUT, OUTPUT):
            while why not in str((said := self.agent(server))["halted_reason"]) or said["state"] != "halted":
                assert time.monotonic() < deadline, (server, said)
                time.sleep(1)

    def refused(self, why: str) -> None:
        """``make up`` fails with one line that says why, and lays nothing out."""
        begin = time.monotonic()
        done = self.desk.machine.try_(f"cd nas && make {UP}", seconds=900)
        print(f"{time.monotonic() - begin:6.0f} s  make up refuses", flush=True)
        assert done.returncode and why in done.stdout, done.stdout[-3000:]

    def goes_on(self) -> None:
        """Both agents sync, and say so."""
        deadline = time.monotonic() + 120
        for server in (INPUT, OUTPUT):
            while self.agent(server)["halted_reason"]:
                assert time.monotonic() < deadline, self.agent(server)
                time.sleep(1)

    def names(self, server: str) -> int:
        """How many files a server's exported directory has."""
        return int(self.desk.machine.run(f"sudo ls {_VOLUME.format(server=server)}/data | wc -l"))

    def nothing_is_lost(self, seconds: float = 300) -> None:
        """What was written without an error is on both sides, and no file there is a part of one."""
        deadline = time.monotonic() + seconds
        for server in (INPUT, OUTPUT):
            for side in (f"{self.desk.data}/{server}", f"{_VOLUME.format(server=server)}/data"):
                while (found := self._check(server, side)) != "0 0\n":
                    assert found.endswith(" 0\n"), f"{side} has parts of files: {found}"
                    assert time.monotonic() < deadline, f"{side} lacks files: {found}"
                    time.sleep(2)
        written = self.desk.machine.run(f"cat {INPUT}.log | wc -l; cat {OUTPUT}.log | wc -l").split()
        print(f"        {written[0]} and {written[1]} files were written", flush=True)

    def _check(self, server: str, side: str) -> str:
        return self.desk.machine.run(f"sudo python3 check.py {side} < {server}.log")
