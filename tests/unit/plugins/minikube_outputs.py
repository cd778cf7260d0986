# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What minikube printed: fixtures of the parsers.

"recorded" was printed by the real program of that version, shortened to the fields that are read.
"after the source" follows that version's source, where the state needs a running node.
"""

from __future__ import annotations

import json
import typing as t

SOURCE = "https://minikube.sigs.k8s.io/"


def event(kind: str, **data: str) -> str:
    """An event as pkg/minikube/out/register/cloud_events.go writes it."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": "2d8c44d1",
            "source": SOURCE,
            "type": f"io.k8s.sigs.minikube.{kind}",
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def profile(name: str, Status: str = "", **config: t.Any) -> dict[str, t.Any]:
    """A valid profile in the list, recorded with 1.38.1. ``Status`` is OK or Paused for one that runs or is paused."""
    kubernetes = {"KubernetesVersion": "v1.35.1", "ClusterName": name, "ContainerRuntime": "containerd", "CNI": ""}
    node = {"Name": "", "IP": "192.168.49.2", "Port": 8443, "ControlPlane": True, "Worker": True}
    return {
        "Name": name,
        "Status": Status,
        "Config": {
            "Name": name,
            "KeepContext": True,
            "Memory": 8192,
            "CPUs": 4,
            "DiskSize": 20000,
            "Driver": "docker",
            "ContainerVolumeMounts": ["/tmp:/mnt/simulator-data"],
            "KubernetesConfig": kubernetes,
            "Nodes": [node],
            "ExposedPorts": ["32150:32150", "32151:32151"],
            "ListenAddress": "127.0.0.1",
            "MountString": "/tmp:/mnt/simulator-data",
            **config,
        },
        "Active": False,
        "ActiveKubeContext": False,
    }


# 1.38.1, recorded: one directory with a damaged config.json, one with events.json alone, which
# "start --dry-run" leaves behind.
INVALID = [{"Name": name, "Status": "", "Config": None, "Active": False} for name in ("broken", "events")]
PROFILES = json.dumps({"invalid": INVALID, "valid": [profile("dk"), profile("kv", Driver="kvm2")]})
NO_PROFILES = '{"invalid":[],"valid":[]}'
# 1.38.1, recorded: a machine that was there before, on which Kubernetes runs without a mount.
GIVEN = profile(
    "given",
    Status="OK",
    Driver="ssh",
    Memory=6000,
    CPUs=2,
    ContainerVolumeMounts=None,
    ExposedPorts=[],
    ListenAddress="",
    MountString="",
    SSHIPAddress="10.88.77.2",
    SSHUser="root",
)
# 1.34, after cmd/minikube/cmd/start_flags.go: a mount string that is always there, and a switch.
OLD_UNMOUNTED = profile(
    "old", Driver="kvm2", ContainerVolumeMounts=None, Mount=False, MountString="/home/user:/minikube-host"
)
OLD_MOUNTED = profile("old", Driver="kvm2", ContainerVolumeMounts=None, Mount=True, MountString="/tmp:/data")
# 1.38, after cmd/minikube/cmd/config/profile_list.go.
PROFILES_ERROR = '{"error":{}}'

VERSIONS = {
    # 1.38.1, recorded: -o json and --short of a program built with its version, and of one without.
    '{"commit":"","minikubeVersion":"v1.38.1"}\n': (1, 38, 1),
    "v1.38.1\n": (1, 38, 1),
    '{"commit":"","minikubeVersion":"v0.0.0-unset"}\n': None,
    # 1.33, after cmd/minikube/cmd/version.go.
    '{"commit":"5883c09216182566a63dff4c326a6fc9ed2982ff","minikubeVersion":"v1.33.1"}': (1, 33, 1),
    "v1.39.0-beta.0": (1, 39, 0),
}

_RUNNING = {
    "Name": "fs", "Host": "Running", "Kubelet": "Running", "APIServer": "Running", "Kubeconfig": "Configured", "Worker": False,
}  # fmt: skip


def status(**different: t.Any) -> str:
    """1.38.1, recorded: a running node; 1.33 to 1.37 after pkg/minikube/cluster/status.go."""
    return json.dumps({**_RUNNING, **different})


_STOPPED = dict.fromkeys(("Host", "Kubelet", "APIServer", "Kubeconfig"), "Stopped")
NOT_FOUND = "\n".join(
    [
        event("info", message='Profile "nope" not found. Run "minikube profile list" to view all profiles.'),
        event("info", message='To start a cluster, run: "minikube start -p nope"'),
    ]
)
# What is printed, the exit status, and the state in one word. A stopped host is after the source.
STATES = [
    (status(), 0, "running"),
    # 1.38.1, recorded: paused, what is left by "stop" with the driver ssh, and that machine after a restart.
    (status(Kubelet="Stopped", APIServer="Paused"), 2, "paused"),
    (status(Kubelet="Stopped"), 2, "broken"),
    (status(Kubelet="Stopped", APIServer="Stopped"), 2, "broken"),
    (json.dumps([_RUNNING, {**_RUNNING, "Name": "fs-m02", "APIServer": "Irrelevant", "Worker": True}]), 0, "running"),
    (status(**_STOPPED), 7, "stopped"),
    (status(**dict.fromkeys(_STOPPED, "Saved")), 7, "stopped"),
    (status(Kubeconfig="Misconfigured"), 4, "broken"),
    (status(**dict.fromkeys(_STOPPED, "Error")), 7, "broken"),
    (status(Host="InsufficientStorage"), 1, "broken"),
    # 1.38.1, recorded: a profile whose machine is gone, and one that never was.
    ("null", 7, "absent"),
    (NOT_FOUND, 85, "absent"),
]

BOX = "╭───╮\n│                    │\n│    If the above advice does not help, please let us know:    │\n╰───╯"
# 1.38.1, recorded. What is printed on the two streams, reason, message, advice.
FAILURES = [
    (
        "\n".join(
            [
                event(
                    "step",
                    currentstep="0",
                    message="[fs] minikube v1.38.1 on Debian 12.11",
                    name="Initial Minikube Setup",
                ),
                event(
                    "error",
                    advice="Start the Docker service",
                    exitcode="63",
                    message='"docker version --format <no value>" exit status 1: Cannot connect to the Docker daemon',
                    name="PROVIDER_DOCKER_NOT_RUNNING",
                ),
            ]
        ),
        "",
        "PROVIDER_DOCKER_NOT_RUNNING",
        '"docker version --format <no value>" exit status 1: Cannot connect to the Docker daemon',
        "Start the Docker service",
    ),
    (
        "\n".join(
            [
                event("error", message='The "podman" driver should not be used with root privileges. ... use --force.'),
                event("error", message="If you are running minikube within a VM, consider using --driver=none:"),
                event(
                    "error", message='The "podman" driver should not be used with root privileges.', name="DRV_AS_ROOT"
                ),
            ]
        ),
        "",
        "DRV_AS_ROOT",
        'The "podman" driver should not be used with root privileges.',
        "",
    ),
    (
        "\n".join(
            [
                event(
                    "error",
                    message="Error getting cluster config: unmarshal: invalid character",
                    name="HOST_CONFIG_LOAD",
                ),
                event("error", message=BOX),
            ]
        ),
        "",
        "HOST_CONFIG_LOAD",
        "Error getting cluster config: unmarshal: invalid character",
        "",
    ),
    (
        "\n".join(
            [
                event("step", currentstep="0", message='Stopping node "given"  ...', name="Stopping", totalsteps="2"),
                event(
                    "error",
                    advice="",
                    exitcode="82",
                    issues="",
                    message="Unable to stop VM: Temporary Error: stop: Maximum number of retries (60) exceeded",
                    name="GUEST_STOP_TIMEOUT",
                    url="",
                ),
                event("error", message=BOX),
            ]
        ),
        "",
        "GUEST_STOP_TIMEOUT",
        "Unable to stop VM: Temporary Error: stop: Maximum number of retries (60) exceeded",
        "",
    ),
    (NOT_FOUND, "", "", 'Profile "nope" not found. Run "minikube profile list" to view all profiles.', ""),
    (
        "",
        '\nX Exiting due to MK_USAGE: loading profile: cluster "nope" does not exist\n* \n' + BOX,
        "MK_USAGE",
        'loading profile: cluster "nope" does not exist',
        "",
    ),
    (
        "",
        "\nX Exiting due to GUEST_MOUNT: mount failed\n* Suggestion: Check the firewall\n* Documentation: https://x\n",
        "GUEST_MOUNT",
        "mount failed",
        "Check the firewall",
    ),
    (
        "",
        "Error: unknown flag: --nosuch\nSee 'minikube start --help' for usage.\n",
        "",
        "Error: unknown flag: --nosuch",
        "",
    ),
    (
        '* The control-plane node dk host does not exist\n  To start a cluster, run: "minikube start -p dk"\n',
        "",
        "",
        "The control-plane node dk host does not exist",
        "",
    ),
    ("", "", "", "", ""),
]

# 1.38.1, recorded with containerd; the empty list, too.
IMAGES = (
    '[{"id":"sha256:e68ce0b78a42dc58cc6449ce57101b84ef41cd240d87b4dfcbe70d3701835fb0","repoDigests":[],'
    '"repoTags":["localhost/file-simulator/nas:498013a1b867"],"size":"176700074"},'
    '{"id":"sha256:c0bb1ccb2ca64525243447b645a5e3bf7036df83e6fbf8e370679e12524f50e6","repoDigests":[],'
    '"repoTags":["registry.k8s.io/pause:3.10.2"],"size":"636755"}]\n'
)
