# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the virtual machine: mounts, and what the kernel says about them."""

from __future__ import annotations

import os
import signal
import subprocess


def mount(source: str, target: str, options: str, limit: float) -> None:
    """Mount as a kubelet does: with the programs of the distribution, and options as they stand in the volume."""
    os.makedirs(target, exist_ok=True)
    _run(["/bin/mount", "-t", "nfs", "-o", options, source, target], limit)


def reach_loopback_of_host(network: str) -> None:
    """Let addresses of ``network``, part of 127.0.0.0/8, be those of the machine around this one.

    The emulator connects to whatever address it is asked for; it is this kernel that keeps them to itself.
    """
    for words in (
        "address replace 127.0.0.1/32 dev lo",
        "address delete 127.0.0.1/8 dev lo",
        f"route replace {network} via 10.0.2.2 src 10.0.2.15",
    ):
        subprocess.run(["/bin/busybox", "ip", *words.split()], check=True, capture_output=True, timeout=20)
    for device in ("all", "eth0"):
        with open(f"/proc/sys/net/ipv4/conf/{device}/route_localnet", "w") as stream:
            stream.write("1")


def know_names(hosts: str) -> None:
    """Have a hosts file of this content, and no other way to find names."""
    for path, content in (("/etc/hosts", hosts), ("/etc/nsswitch.conf", "hosts: files\n")):
        with open(path, "w") as stream:
            stream.write(content)


def say(command: list[str], limit: float) -> str:
    """Return what a program prints."""
    return _run(command, limit)


def mount_fstab(text: str, limit: float) -> None:
    """Mount all that an fstab names, as a machine does that starts."""
    with open("/etc/fstab", "w") as stream:
        stream.write(text)
    for line in text.splitlines():
        if not line.startswith("#"):
            os.makedirs(line.split()[1], exist_ok=True)
    _run(["/bin/mount", "--all"], limit)


def run_script(text: str, argument: str, limit: float) -> None:
    """Run a shell script."""
    with open("/tmp/script", "w") as stream:
        stream.write(text)
    _run(["/bin/sh", "/tmp/script", argument], limit)


def _run(command: list[str], limit: float) -> str:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            said = process.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeoutError(f"{' '.join(command)}: not done within {limit:g} s") from None
    if process.returncode:
        raise OSError(f"{' '.join(command)}: exit status {process.returncode}: {' '.join(said.split())}")
    return said


def unmount(target: str) -> None:
    subprocess.run(["/bin/busybox", "umount", target], check=True, capture_output=True, timeout=20)


def mounted() -> dict[str, dict[str, str]]:
    """Return by target what is mounted: source, the options in force, the server's file system id."""
    volumes = _file_system_ids()
    found = {}
    with open("/proc/self/mountinfo") as stream:
        for line in stream:
            fields, _, rest = line.partition(" - ")
            kind, source, options = rest.split()[:3]
            if kind.startswith("nfs"):
                device, target = fields.split()[2], fields.split()[4]
                found[target] = {"source": source, "options": options, "fsid": volumes.get(device, "")}
    return found


def _file_system_ids() -> dict[str, str]:
    """Return, by device number, the id that the server gave: "major.minor"."""
    found = {}
    with open("/proc/fs/nfsfs/volumes") as stream:
        for line in list(stream)[1:]:
            device, fsid = line.split()[3:5]
            found[device] = ".".join(str(int(part, 16)) for part in fsid.split(":"))
    return found
