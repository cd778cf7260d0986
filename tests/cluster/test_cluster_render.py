# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rendered configuration promises, without a cluster."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest

from testcluster import components, node, pki, render, settings
from testcluster.components import Part
from testcluster.images import write_archive
from testcluster.settings import Layout

LAYOUT = Layout(Path("/state"), Path("/run/x"))
ALLOWED = {"127.0.0.1", settings.NODE_ADDRESS}


def test_networks_hold_their_addresses_and_do_not_overlap() -> None:
    """Pods, Services and the node share one private network, each in its own part."""
    whole = ipaddress.IPv4Network(settings.CLUSTER_NETWORK)
    pods = ipaddress.IPv4Network(settings.POD_NETWORK)
    services = ipaddress.IPv4Network(settings.SERVICE_NETWORK)
    assert whole.is_private
    assert pods.subnet_of(whole)
    assert services.subnet_of(whole)
    assert not pods.overlaps(services)
    assert ipaddress.IPv4Address(settings.NODE_ADDRESS) in pods
    assert pods.prefixlen == settings.NODE_PREFIX_LENGTH
    for address in (settings.DNS_SERVICE_ADDRESS, settings.API_SERVICE_ADDRESS):
        assert ipaddress.IPv4Address(address) in services


def test_every_listener_is_bound_to_loopback_or_the_bridge() -> None:
    """No component is left to its default of listening everywhere."""
    kubelet, proxy = render.kubelet(LAYOUT), render.kube_proxy(LAYOUT)
    assert {kubelet["address"], kubelet["healthzBindAddress"], proxy["bindAddress"]} <= ALLOWED
    for key in ("healthzBindAddress", "metricsBindAddress"):
        assert proxy[key].partition(":")[0] == "127.0.0.1"
    assert proxy["nodePortAddresses"] == ["127.0.0.0/8", f"{settings.NODE_ADDRESS}/32"]
    for maker in (components.kube_apiserver, components.kube_controller_manager, components.kube_scheduler):
        bound = [word for word in maker(LAYOUT).command if word.startswith("--bind-address=")]
        assert [word.partition("=")[2] in ALLOWED for word in bound] == [True]
    urls = [word for word in components.etcd(LAYOUT).command if word.startswith("--listen")]
    assert len(urls) == 2
    assert all(url.partition("=")[2].startswith("https://127.0.0.1:") for url in urls)
    assert f"bind {settings.NODE_ADDRESS}" in render.corefile(LAYOUT)


def test_kubeconfig_names_one_context_only() -> None:
    """Whoever gets the kubeconfig cannot reach anything else with it."""
    config = render.kubeconfig(LAYOUT, "admin")
    assert (
        [context["name"] for context in config["contexts"]]
        == [config["current-context"]]
        == [settings.CONTEXT]
    )
    assert config["clusters"][0]["cluster"]["server"] == settings.API_URL


def test_containerd_keeps_to_the_layout() -> None:
    """The runtime's files lie where `down` looks for them, and images come from nowhere else."""
    text = render.containerd(LAYOUT, Path("/plugins"))
    places = [line.split(" = ")[1].strip('"') for line in text.splitlines() if '= "/' in line]
    assert len(places) >= 6
    assert all(place.startswith(("/state/", "/run/x/")) for place in places)
    assert settings.PAUSE_IMAGE in text


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("admin", "/O=system:masters/CN=file-simulator-admin"),
        ("kubelet", f"/O=system:nodes/CN=system:node:{settings.NODE_NAME}"),
        ("etcd", "/CN=etcd"),
    ],
)
def test_identities_carry_user_and_group(name: str, subject: str) -> None:
    """The certificate's subject is what the API server takes as user and group."""
    assert [identity.subject for identity in pki.IDENTITIES if identity.name == name] == [subject]


def test_every_user_has_an_identity() -> None:
    """Each kubeconfig that is written has a certificate to name."""
    assert {*components.USERS, "admin"} <= {identity.name for identity in pki.IDENTITIES}


def test_documents_are_json() -> None:
    """Whatever reads YAML reads them."""
    for document in (render.dns_objects(), render.cni(LAYOUT), render.kubelet(LAYOUT)):
        assert json.loads(json.dumps(document)) == document


def test_the_same_content_makes_the_same_image(tmp_path: Path) -> None:
    """An image's digest depends on nothing but what is in it."""
    program = tmp_path / "program"
    program.write_bytes(b"#!/bin/sh\n")
    for archive in ("one.tar", "two.tar"):
        write_archive(tmp_path / archive, "localhost/x:1", {"/bin/x": program}, ["/bin/x"], {"/bin/y": "x"})
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_two_halves_make_a_whole() -> None:
    """A cluster on two machines has every component once, and the node's half no store and no API server."""
    control_plane, pods = Part.CONTROL_PLANE.names, Part.NODE.names
    assert sorted((*control_plane, *pods)) == sorted(Part.WHOLE.names) == sorted(components.NAMES)
    assert set(pods) == {"containerd", "kubelet", "kube-proxy", "coredns"}
    assert not Part.CONTROL_PLANE.has_node
    assert Part.NODE.has_node


def test_node_does_not_make_keys_of_its_own(tmp_path: Path) -> None:
    """A node whose keys are not those of its control plane would never be let in, and nobody would say why."""
    layout = Layout(tmp_path / "state", tmp_path / "run")
    with pytest.raises(
        settings.ClusterError, match="has no keys: copy those of the control plane there first"
    ):
        node.check_keys(layout, Part.NODE)
    for part in (Part.WHOLE, Part.CONTROL_PLANE):
        node.check_keys(layout, part)
