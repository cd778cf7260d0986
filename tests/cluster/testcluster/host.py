# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster changes on the host, written down before, put back after."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from testcluster import iptables
from testcluster.console import attempt, run
from testcluster.packages import find
from testcluster.settings import BRIDGE, NODE_ADDRESS, NODE_PREFIX_LENGTH, Layout

# kubelet's and kube-proxy's own changes; the last is ours: what one pod sends another through a
# Service must pass iptables although it never leaves the bridge.
SYSCTLS = (
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "net/ipv4/conf/all/route_localnet",
    "net/bridge/bridge-nf-call-iptables",
)
MODULES = ("overlay", "br_netfilter")
# What kubelet and libcni leave at paths that are compiled in: directory -> files of ours.
FIXED_DIRECTORIES = {
    "/var/lib/cni/results": "file-simulator-*",
    "/var/lib/cni": "",
    "/var/lib/kubelet/device-plugins": "*",
    "/var/lib/kubelet": "",
    "/var/log/containers": "",
}


@dataclass
class Journal:
    """How the host was before the cluster came up, and whose cluster it is."""

    state: str = ""
    sysctls: dict[str, str] = field(default_factory=dict)
    directories: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    chains: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def take(cls, layout: Layout, loaded_modules: list[str]) -> Journal:
        """Return a journal of the host as it is now, but for the modules just loaded."""
        return cls(
            state=str(layout.state),
            modules=loaded_modules,
            sysctls={name: value for name in SYSCTLS if (value := read_sysctl(name)) is not None},
            directories=[path for path in FIXED_DIRECTORIES if Path(path).exists()],
            chains=iptables.present(iptables.PORTMAP),
        )

    @classmethod
    def load(cls, file: Path) -> Journal | None:
        """Return the journal that was written, if any."""
        try:
            return cls(**json.loads(file.read_text()))
        except FileNotFoundError:
            return None

    def store(self, file: Path) -> None:
        """Write the journal: whole or not at all."""
        file.parent.mkdir(mode=0o711, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(file)


def prepare(layout: Layout) -> None:
    """Write the journal, unless that is done; then make the bridge and its rules."""
    if Journal.load(layout.journal) is None:
        loaded = load_modules()
        Journal.take(layout, loaded).store(layout.journal)
    layout.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    layout.marker.touch()
    make_bridge()
    write_sysctl("net/bridge/bridge-nf-call-iptables", "1")
    iptables.install_rules()


def restore(layout: Layout) -> None:
    """Put back what the journal says, remove what it does not name."""
    remove_bridge()
    journal = Journal.load(layout.journal) or Journal()
    iptables.remove_owned(journal.chains)
    for name, value in journal.sysctls.items():
        if read_sysctl(name) != value:
            write_sysctl(name, value)
    for module in journal.modules:
        attempt(["modprobe", "--quiet", "--remove", module])


def remove_files(layout: Layout) -> None:
    """Remove what kubelet and libcni have left at paths that are compiled in."""
    journal = Journal.load(layout.journal) or Journal()
    for link in Path("/var/log/containers").glob("*.log"):
        if link.is_symlink() and link.readlink().is_relative_to(layout.state):
            link.unlink()
    for path, files in FIXED_DIRECTORIES.items():
        for file in Path(path).glob(files) if files else ():
            file.unlink()
        if path not in journal.directories:
            with contextlib.suppress(OSError):
                Path(path).rmdir()


def load_modules() -> list[str]:
    """Load what the node needs of the kernel; return what was not there before."""
    if not find("modprobe"):
        return []
    absent = [module for module in MODULES if not Path("/sys/module", module).exists()]
    for module in absent:
        attempt(["modprobe", "--quiet", module])
    return [module for module in absent if Path("/sys/module", module).exists()]


def make_bridge() -> None:
    """Make the bridge that carries the node's address and the pods' network."""
    if not bridge_exists():
        run(["ip", "link", "add", BRIDGE, "type", "bridge"])
    # No address of its own making, and packets between pods and Services pass through here; the
    # host's global forwarding switch is left alone.
    write_sysctl(f"net/ipv6/conf/{BRIDGE}/disable_ipv6", "1")
    write_sysctl(f"net/ipv4/conf/{BRIDGE}/forwarding", "1")
    run(["ip", "address", "replace", f"{NODE_ADDRESS}/{NODE_PREFIX_LENGTH}", "dev", BRIDGE])
    run(["ip", "link", "set", BRIDGE, "up"])


def remove_bridge() -> None:
    """Remove the bridge and whatever is still attached to it."""
    if not bridge_exists():
        return
    for port in Path(f"/sys/class/net/{BRIDGE}/brif").iterdir():
        attempt(["ip", "link", "delete", port.name])
    run(["ip", "link", "delete", BRIDGE])


def bridge_exists() -> bool:
    """Return whether the cluster's bridge is there."""
    return Path(f"/sys/class/net/{BRIDGE}").exists()


def read_sysctl(name: str) -> str | None:
    """Return a kernel setting; None where the kernel does not have it."""
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return None


def write_sysctl(name: str, value: str) -> None:
    """Change a kernel setting, where there is one."""
    file = Path("/proc/sys", name)
    if file.exists():
        file.write_text(value)
