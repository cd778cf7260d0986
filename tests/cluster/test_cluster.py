# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as its callers see it: slow and real. The tests build on each other, in this order."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster_testing import IMAGE, Cluster, listeners, look_at_host, run
from testcluster import settings

NAMESPACE = "file-simulator"
SERVICE = "nas-input-1"
NODE_PORT = 30777
NAME = f"{SERVICE}.{NAMESPACE}.svc.{settings.CLUSTER_DOMAIN}"


def pod(name: str, **spec: object) -> dict[str, object]:
    """Return a pod of our image that ends at once when it is told to."""
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": name}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"terminationGracePeriodSeconds": 1, **spec},
    }


def container(name: str, script: str, **more: object) -> dict[str, object]:
    """Return a container that runs a shell script beside the pod's volumes."""
    mounts = [{"name": "data", "mountPath": "/data"}, {"name": "windows", "mountPath": "/windows"}]
    return {"name": name, "image": IMAGE, "args": ["-c", script], "volumeMounts": mounts, **more}


@pytest.fixture(scope="module")
def server(cluster: Cluster, busybox_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Start a pod shaped like a NAS server's, with its Service; return the pod's name."""
    windows = tmp_path_factory.mktemp("windows")
    (windows / "greeting").write_text("hello from the host\n")
    loaded = cluster("load-image", str(busybox_archive))
    assert (loaded.returncode, loaded.stdout) == (0, f"{IMAGE}\n"), loaded.stderr
    serve = "trap 'exit 0' TERM; echo serving; httpd -f -p 8080 -h /data & wait"
    name = f"{SERVICE}-pod"
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        pod(
            name,
            initContainers=[
                container("init", "cp /windows/greeting /data/index.html"),
                container("sidecar", "while date > /data/alive; do sleep 1; done", restartPolicy="Always"),
            ],
            containers=[container("main", serve)],
            volumes=[
                {"name": "data", "emptyDir": {"sizeLimit": "500Mi"}},
                {"name": "windows", "hostPath": {"path": str(windows), "type": "Directory"}},
            ],
        ),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": SERVICE, "namespace": NAMESPACE},
            "spec": {
                "type": "NodePort",
                "selector": {"app": name},
                "ports": [{"port": 80, "targetPort": 8080, "nodePort": NODE_PORT}],
            },
        },
        pod("client", containers=[{"name": "main", "image": IMAGE, "args": ["-c", "sleep 3600"]}]),
    )
    ready = "--for=condition=Ready"
    cluster.kubectl("wait", ready, "--timeout=60s", f"--namespace={NAMESPACE}", f"pod/{name}", "pod/client")
    return name


def get(address: str, path: str = "/", patience: float = 10) -> str:
    """Return a page from the NodePort; the rules of a new Service need a moment."""
    deadline = time.monotonic() + patience
    while True:
        connection = http.client.HTTPConnection(address, NODE_PORT, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def pids(cluster: Cluster) -> dict[str, str]:
    """Return the process of every component that runs."""
    lines = [line.split() for line in cluster("status").stdout.splitlines()]
    return {words[0]: words[3] for words in lines if words[1] == "running"}


def test_up_again_does_nothing_and_takes_no_time(cluster: Cluster) -> None:
    """A second `up` starts no process and answers at once."""
    before = pids(cluster)
    started = time.monotonic()
    again = cluster("up")
    assert again.returncode == 0, again.stderr
    assert time.monotonic() - started < 5
    assert "was up already" in again.stderr
    assert again.stdout == f"kubeconfig: {cluster.state}/kubeconfig\ncontext: {settings.CONTEXT}\n"
    assert pids(cluster) == before


def test_another_state_directory_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    """There is one cluster on a machine: a second one is refused and leaves the first alone."""
    other = Cluster(tmp_path / "other")
    for verb in ("up", "down"):
        refused = other(verb)
        assert refused.returncode == 1
        assert f"--state-dir {cluster.state}" in refused.stderr
    assert cluster("status").returncode == 0


def test_node_is_recent_ready_and_takes_pods(cluster: Cluster) -> None:
    """The node has the name, the version and the freedom that the scenarios expect."""
    fields = "{.metadata.name} {.status.nodeInfo.kubeletVersion} {.spec.taints}"
    nodes = cluster.kubectl("get", "nodes", f"--output=jsonpath={{range .items[*]}}{fields}{{end}}")
    name, version, *taints = nodes.split()
    assert name == settings.NODE_NAME
    assert tuple(int(part) for part in version.removeprefix("v").split(".")[:2]) >= (1, 33)
    assert taints == []


def test_components_know_all_their_settings(cluster: Cluster) -> None:
    """No setting is misspelt or in the wrong place: that would only be a warning in a log."""
    for log in (cluster.state / "logs").iterdir():
        assert not re.search("unknown (key|field)|strict mode", log.read_text(), re.IGNORECASE), log


def test_kubeconfig_is_not_the_users_own(cluster: Cluster) -> None:
    """The kubeconfig lies with the state, has one context, and is nobody else's to read."""
    printed = Path(cluster("kubeconfig").stdout.strip())
    assert printed == cluster.state / "kubeconfig"
    assert printed.stat().st_mode & 0o077 == 0
    assert cluster.kubectl("config", "get-contexts", "--output=name").split() == [settings.CONTEXT]


def test_load_image_rejects_what_is_no_image(cluster: Cluster, tmp_path: Path) -> None:
    """A missing file and a file of another kind are named."""
    missing = cluster("load-image", str(tmp_path / "missing.tar"))
    assert missing.returncode == 1
    assert "missing.tar: no such file" in missing.stderr
    (tmp_path / "text.tar").write_text("not an archive")
    wrong = cluster("load-image", str(tmp_path / "text.tar"))
    assert wrong.returncode == 1
    assert "text.tar as a docker or OCI archive" in wrong.stderr


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("address", ["127.0.0.1", settings.NODE_ADDRESS])
def test_node_port_answers(address: str) -> None:
    """A NodePort leads to the pod, whose init container has copied from the host's directory."""
    assert get(address) == "hello from the host\n"


@pytest.mark.usefixtures("server")
def test_native_sidecar_runs_beside_the_server() -> None:
    """The sidecar goes on while the server serves what it writes."""
    first = get("127.0.0.1", "/alive")
    time.sleep(2.5)
    assert get("127.0.0.1", "/alive") != first


def test_exec_and_logs(cluster: Cluster, server: str) -> None:
    """The API server reaches the kubelet, and the kubelet the runtime."""
    assert cluster.kubectl("logs", f"--namespace={NAMESPACE}", server, "--container=main") == "serving\n"
    assert in_pod(cluster, server, "cat", "/windows/greeting") == "hello from the host\n"


def in_pod(cluster: Cluster, name: str, *command: str) -> str:
    """Run a command in a pod's main container."""
    return cluster.kubectl("exec", f"--namespace={NAMESPACE}", name, "--container=main", "--", *command)


@pytest.mark.usefixtures("server")
def test_names_resolve_in_pods(cluster: Cluster) -> None:
    """A pod finds a Service by its full name, by its short names, and the API server."""
    for name in (NAME, f"{SERVICE}.{NAMESPACE}", SERVICE):
        page = in_pod(cluster, "client", "wget", "-q", "-O", "-", f"http://{name}/")
        assert page == "hello from the host\n"
    answer = in_pod(cluster, "client", "nslookup", f"kubernetes.default.svc.{settings.CLUSTER_DOMAIN}")
    assert settings.API_SERVICE_ADDRESS in answer


def test_pod_reaches_itself_through_its_service(cluster: Cluster, server: str) -> None:
    """The bridge sends back to a pod what came from it."""
    assert in_pod(cluster, server, "wget", "-q", "-O", "-", f"http://{NAME}/") == "hello from the host\n"


@pytest.mark.usefixtures("cluster", "server")
def test_listens_on_loopback_and_the_bridge_only(host_before: dict[str, set[str]]) -> None:
    """No socket of the cluster can be reached from outside the machine."""
    ours = {entry for entry in listeners() if entry not in host_before["listeners"]}
    assert {entry.split()[1] for entry in ours} >= {
        "kube-apiserver",
        "kubelet",
        "etcd",
        "coredns",
        "containerd",
    }
    assert {entry.split()[0] for entry in ours} <= {"127.0.0.1", settings.NODE_ADDRESS}


@pytest.mark.usefixtures("server")
def test_a_neighbour_on_the_network_reaches_nothing(stranger: str) -> None:
    """A machine that takes this one for a router gets no answer from the API server or a NodePort."""
    knock = f"import socket; socket.create_connection(('{settings.NODE_ADDRESS}', %d), 1)"
    for port in (settings.API_PORT, settings.KUBELET_PORT, NODE_PORT):
        done = run(["ip", "netns", "exec", stranger, sys.executable, "-c", knock % port])
        assert "TimeoutError" in done.stderr


def test_our_own_kubeconfig_is_no_other_cluster(cluster: Cluster) -> None:
    """Whoever exports the kubeconfig that we print goes on with us."""
    assert "kubelet" in cluster("status", KUBECONFIG=str(cluster.state / "kubeconfig")).stdout


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("component", ["kubelet", "containerd", "etcd"])
def test_up_repairs_what_has_died(cluster: Cluster, component: str) -> None:
    """A component that was killed is started again, and the pods outlive it."""
    pid = pids(cluster)[component]
    subprocess.run(["kill", "-KILL", pid], check=True)
    while Path("/proc", pid).exists():
        time.sleep(0.05)
    assert cluster("status").returncode == 3
    repaired = cluster("up")
    assert repaired.returncode == 0, repaired.stderr
    assert cluster("status").returncode == 0
    assert get("127.0.0.1") == "hello from the host\n"


def assert_as_before(host_before: dict[str, set[str]]) -> None:
    """Fail with what is on the host now and was not before."""
    after = look_at_host()
    assert {kind: after[kind] - host_before[kind] for kind in after} == {kind: set() for kind in after}
    assert after["sysctls"] == host_before["sysctls"]


@pytest.mark.usefixtures("server")
def test_down_leaves_nothing_behind(
    cluster: Cluster, neighbour: str, host_before: dict[str, set[str]]
) -> None:
    """Processes, mounts, links, rules, settings, directories: all as before. Twice is as good as once."""
    done = cluster("down")
    assert done.returncode == 0, done.stderr
    assert_as_before(host_before)
    assert f"-A {neighbour}" in run(["iptables-save"]).stdout.splitlines()
    assert not cluster.state.exists()
    again = cluster("down")
    assert (again.returncode, again.stderr) == (0, "cluster: was down already\n")


def test_down_after_the_worst(cluster: Cluster, host_before: dict[str, set[str]]) -> None:
    """`up` is killed half-way and its state removed by hand: `down` still finds and ends everything."""
    interrupted = cluster.start("up")
    deadline = time.monotonic() + 30
    while not (settings.RUN_DIR / "containerd.sock").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    interrupted.kill()
    interrupted.wait()
    assert look_at_host()["programs"]
    shutil.rmtree(cluster.state, ignore_errors=True)
    done = cluster("down")
    assert done.returncode == 0, done.stderr
    assert_as_before(host_before)
