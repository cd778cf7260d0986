# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: one function for each verb, exit codes that a script can act on."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from testcluster import external, images, node, packages, teardown
from testcluster.build import ensure_built
from testcluster.components import Part
from testcluster.console import say
from testcluster.external import External
from testcluster.lock import exclusive
from testcluster.settings import CONTEXT, RUN_DIR, ClusterError, Layout, UnavailableError, cache_home

SUCCESS, FAILURE, NOT_UP, SKIP = 0, 1, 3, 77


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb."""
    options = parser().parse_args(arguments)
    layout = Layout(options.state_dir.resolve(), options.run_dir.resolve())
    try:
        theirs = external.chosen(options.kubeconfig, layout)
        if theirs is not None:
            return with_external(options.verb, theirs)
        verb: Callable[[Layout, argparse.Namespace], int] = VERBS[options.verb]
        return verb(layout, options)
    except UnavailableError as error:
        print(f"cluster: SKIPPED: {error}", file=sys.stderr)
        return SKIP
    except ClusterError as error:
        print(f"cluster: ERROR: {error}", file=sys.stderr)
        return FAILURE
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the description of the command line."""
    top = argparse.ArgumentParser(prog="cluster", description="A real single-node Kubernetes for tests.")
    state = cache_home() / "cluster-run"
    top.add_argument("--state-dir", type=Path, default=state, help="default: %(default)s")
    top.add_argument("--run-dir", type=Path, default=RUN_DIR, help="default: %(default)s")
    part = "what is to run on this machine; default: %(default)s"
    top.add_argument("--part", type=Part, choices=list(Part), default=Part.WHOLE, help=part)
    top.add_argument("--kubeconfig", help="use this cluster instead; default: $KUBECONFIG, else our own")
    verbs = top.add_subparsers(dest="verb", required=True)
    verbs.add_parser("build", help="build what the cache lacks")
    upward = verbs.add_parser("up", help="bring the node up and wait until it serves")
    upward.add_argument("--slowness", type=float, default=1, help="times as long as usual may all take")
    verbs.add_parser("down", help="stop everything and leave nothing behind")
    load = verbs.add_parser("load-image", help="import a docker or OCI archive")
    load.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("kubeconfig", help="print the path of the kubeconfig")
    verbs.add_parser("status", help="print what runs; exit code 0 if the node serves, else 3")
    return top


def build(_layout: Layout, _options: argparse.Namespace) -> int:
    """Make everything ready that `up` needs."""
    ensure_built()
    packages.ensure_installed()
    return SUCCESS


def up(layout: Layout, options: argparse.Namespace) -> int:
    """Build what is missing, then bring the node up."""
    node.require_root()
    # A node has its programs from the machine of its control plane, and no Go.
    if options.part is not Part.NODE:
        ensure_built()
    packages.ensure_installed()
    with exclusive():
        started = time.monotonic()
        changed = node.up(layout, options.part, options.slowness)
    outcome = "up" if changed else "was up already"
    say(f"{outcome}, after {time.monotonic() - started:.1f} s")
    print(f"kubeconfig: {layout.kubeconfig}\ncontext: {CONTEXT}")
    return SUCCESS


def down(layout: Layout, options: argparse.Namespace) -> int:
    """Take the node down."""
    node.require_root()
    if not teardown.is_needed(layout):
        say("was down already")
        return SUCCESS
    with exclusive():
        started = time.monotonic()
        teardown.down(layout, options.part)
    say(f"down, after {time.monotonic() - started:.1f} s")
    return SUCCESS


def load_image(layout: Layout, options: argparse.Namespace) -> int:
    """Import an image, and print the names under which pods find it."""
    node.require_root()
    print("\n".join(images.load(layout, options.file)))
    return SUCCESS


def kubeconfig(layout: Layout, _options: argparse.Namespace) -> int:
    """Print where the kubeconfig is, or will be."""
    print(layout.kubeconfig)
    return SUCCESS


def status(layout: Layout, options: argparse.Namespace) -> int:
    """Print what runs."""
    print("\n".join(node.report(layout, options.part)))
    ready = node.is_ready(layout, options.part)
    name = "node" if options.part.has_node else options.part
    print(f"{name} {'ready' if ready else 'not ready'}, kubeconfig: {layout.kubeconfig}")
    return SUCCESS if ready else NOT_UP


VERBS = {
    "build": build,
    "up": up,
    "down": down,
    "load-image": load_image,
    "kubeconfig": kubeconfig,
    "status": status,
}


def with_external(verb: str, theirs: External) -> int:
    """Answer for a cluster that is not ours."""
    if verb == "kubeconfig":
        print(theirs.kubeconfig)
        return SUCCESS
    if verb == "load-image":
        raise ClusterError(f"{theirs.kubeconfig} is not our cluster: load the image by its own means")
    say(f"using the cluster of KUBECONFIG={theirs.kubeconfig}: nothing is built, started or stopped")
    print(f"kubeconfig: {theirs.kubeconfig}\ncontext: {theirs.context}")
    return SUCCESS
