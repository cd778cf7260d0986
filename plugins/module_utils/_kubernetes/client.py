# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One cluster's API, through the Python package kubernetes. Private to file_simulator.nas. Talks to the outside.

Objects go in and come out as plain data. What is asked is always the API server of the named
context: the current context of a kubeconfig is never used, and other contexts are never contacted.
"""

from __future__ import annotations

import json
import os
import re
import traceback
import typing as t

from ansible_collections.file_simulator.nas.plugins.module_utils._common.errors import SimulatorError
from ansible_collections.file_simulator.nas.plugins.module_utils._common.text import one_line
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.names import MANAGER, Object
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.paths import path_of
from ansible_collections.file_simulator.nas.plugins.module_utils._kubernetes.problems import ApiError, innermost, reason

try:
    import kubernetes
    import kubernetes.dynamic
    import kubernetes.stream
    import urllib3.exceptions
    import websocket
    import yaml
    from kubernetes.client.exceptions import ApiException
    from kubernetes.config.config_exception import ConfigException
except ImportError:
    KUBERNETES_IMPORT_ERROR: str | None = traceback.format_exc()
    EXEC_ERRORS: tuple[type[Exception], ...] = ()
else:
    KUBERNETES_IMPORT_ERROR = None
    EXEC_ERRORS = (ApiException, urllib3.exceptions.HTTPError, websocket.WebSocketException, OSError, ValueError)

# The first release whose server-side apply works: 24.2 has it, and cannot send what it is given.
MINIMUM_VERSION = (25, 3)
_CONNECT_SECONDS = 5
_READ_SECONDS = 30


class Cluster:
    """The API of one cluster; ``context`` is how the user calls it."""

    def __init__(self, api: t.Any, context: str) -> None:
        # Its request method is all that is used: it has stayed the same over many releases.
        self._dynamic = kubernetes.dynamic.DynamicClient(api, discoverer=lambda _client, _cache: None)
        self._configuration = api.configuration
        self._host = api.configuration.host
        self.context = context

    def version(self) -> tuple[int, int]:
        """Return the API server's version, such as (1, 29)."""
        found = self._json("get", "/version", "ask for the version")
        numbers = [re.match(r"[0-9]+", str(found.get(part, ""))) for part in ("major", "minor")]
        if not all(numbers):
            raise SimulatorError(f"context {self.context}: {self._host} is no Kubernetes API server")
        major, minor = (int(number.group()) for number in numbers if number)
        return major, minor

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """Return an object, None when there is none."""
        try:
            return self._json("get", path_of(kind, namespace, name), f"read {kind} {name}")
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def items(self, kind: str, namespace: str = "", labels: str = "", fields: str = "") -> list[Object]:
        """Return the objects of a kind in a namespace, in all of them when none is given."""
        found = self._json(
            "get",
            path_of(kind, namespace),
            f"list {kind} objects" + (f" in namespace {namespace}" if namespace else ""),
            label_selector=labels or None,
            field_selector=fields or None,
        )
        # Within a list, objects do not say what they are.
        version = found.get("apiVersion")
        return [{"apiVersion": version, "kind": kind, **item} for item in found.get("items") or []]

    def items_wherever_allowed(self, kind: str, namespace: str = "", labels: str = "") -> list[Object]:
        """Return the objects of all namespaces; of ``namespace`` alone, if any, for a user who may not see the others'."""
        try:
            return self.items(kind, labels=labels)
        except ApiError as error:
            if error.status != 403:
                raise
        return self.items(kind, namespace, labels=labels) if namespace else []

    def apply(self, desired: t.Mapping[str, t.Any], operation: str, *, dry_run: bool = False) -> Object:
        """Apply an object on the server's side, and return what it is then, or with ``dry_run`` would be.

        Fields of ours are taken back from whoever else has set them.
        """
        metadata = desired["metadata"]
        return self._json(
            "patch",
            path_of(desired["kind"], metadata.get("namespace", ""), metadata["name"]),
            operation,
            body=dict(desired),
            content_type="application/apply-patch+yaml",
            field_manager=MANAGER,
            force_conflicts="true",
            dry_run="All" if dry_run else None,
        )

    def patch(self, kind: str, name: str, namespace: str, change: t.Mapping[str, t.Any], operation: str) -> Object:
        """Merge a change into an object."""
        return self._json(
            "patch",
            path_of(kind, namespace, name),
            operation,
            body=dict(change),
            content_type="application/merge-patch+json",
            field_manager=MANAGER,
        )

    def create(self, item: t.Mapping[str, t.Any], operation: str) -> Object:
        """Create an object that is not there yet; one that is raises ApiError with status 409."""
        place = path_of(item["kind"], item["metadata"].get("namespace", ""))
        return self._json("post", place, operation, body=dict(item), field_manager=MANAGER)

    def delete(
        self, kind: str, name: str, namespace: str, operation: str, grace_period: int | None = None, version: str = ""
    ) -> None:
        """Delete an object and, in the background, what it owns; one that is not there counts as deleted.

        ``grace_period`` is in seconds, None for the object's own. With ``version``, only an object that is still
        of that resourceVersion: ApiError with status 409 otherwise.
        """
        options: dict[str, t.Any] = {} if grace_period is None else {"grace_period_seconds": grace_period}
        if version:
            options["body"] = {"preconditions": {"resourceVersion": version}}
        try:
            self._json("delete", path_of(kind, namespace, name), operation, propagation_policy="Background", **options)
        except ApiError as error:
            if error.status != 404:
                raise

    def log_tail(self, namespace: str, pod: str, container: str, lines: int, *, previous: bool = False) -> str:
        """Return the last lines of a container's log, or of its predecessor's; empty when there is none."""
        query = [("container", container), ("tailLines", lines), ("previous", str(previous).lower())]
        try:
            return self._call("get", f"{path_of('Pod', namespace, pod)}/log", "read a log", query_params=query)
        except SimulatorError:
            return ""

    def add_ephemeral_container(self, namespace: str, pod: str, container: Object, operation: str) -> None:
        """Give a pod that runs one more container; it cannot be taken back."""
        self._json(
            "patch",
            f"{path_of('Pod', namespace, pod)}/ephemeralcontainers",
            operation,
            body={"spec": {"ephemeralContainers": [container]}},
            content_type="application/strategic-merge-patch+json",
            field_manager=MANAGER,
        )

    def open_exec(self, namespace: str, pod: str, container: str, command: t.Sequence[str]) -> t.Any:
        """Run a command in a pod's container; return the WebSocket that carries what it says. Raises EXEC_ERRORS."""
        # A client of its own: to speak WebSocket, the package changes the one that it is given.
        core = kubernetes.client.CoreV1Api(kubernetes.client.ApiClient(self._configuration))
        return kubernetes.stream.stream(
            core.connect_get_namespaced_pod_exec, pod, namespace, container=container, command=list(command),
            stdout=True, stderr=True, stdin=False, tty=False, _preload_content=False,
        )  # fmt: skip

    def _json(self, method: str, path: str, operation: str, **options: t.Any) -> Object:
        text = self._call(method, path, operation, **options)
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SimulatorError(f"{operation}: context {self.context}: {self._host} is no Kubernetes API server")
        return found

    def _call(self, method: str, path: str, operation: str, **options: t.Any) -> str:
        try:
            response = self._dynamic.request(
                method, path, serialize=False, _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS), **options
            )
            return str(response.data.decode(errors="replace"))
        except ApiException as error:
            raise ApiError(f"{operation}: Kubernetes: {reason(error)}", int(error.status or 0)) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise SimulatorError(
                f"context {self.context}: the API server {self._host} cannot be reached: {innermost(error)}; "
                "start the cluster, or name another context"
            ) from None


def open_cluster(kubeconfig: str, context: str) -> Cluster:
    """Return the cluster of a context. Reads the kubeconfig and contacts nobody yet."""
    if KUBERNETES_IMPORT_ERROR is None and _version() < MINIMUM_VERSION:
        raise SimulatorError(
            f"the Python package kubernetes is {kubernetes.__version__} at {os.path.dirname(kubernetes.__file__)}, "
            f"and {'.'.join(map(str, MINIMUM_VERSION))} or newer is needed"
        )
    path = os.path.expanduser(kubeconfig)
    if not os.path.isfile(path):
        raise SimulatorError(f"kubeconfig: {path} is not there; start the cluster, or name another file")
    names = _contexts(path)
    if context not in names:
        raise SimulatorError(f"context: '{context}' is not in {path}; it has {', '.join(names) or 'none'}")
    configuration = kubernetes.client.Configuration()
    # An API server that is not there is not there: waiting for it is the user's to decide.
    configuration.retries = False
    try:
        kubernetes.config.load_kube_config(
            config_file=path, context=context, client_configuration=configuration, persist_config=False
        )
    except (ConfigException, ValueError, TypeError, OSError) as error:
        raise SimulatorError(f"context: '{context}' of {path} cannot be used: {one_line(error)}") from None
    return Cluster(kubernetes.client.ApiClient(configuration), context)


def _contexts(path: str) -> list[str]:
    """Return the names of a kubeconfig's contexts. The package's own function insists on a current one."""
    try:
        with open(path, encoding="utf-8") as stream:
            config = yaml.safe_load(stream)
        return [str(entry["name"]) for entry in config["contexts"]]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise SimulatorError(
            f"kubeconfig: {path} cannot be read as one: {type(error).__name__}: {one_line(error)}"
        ) from None


def _version() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", kubernetes.__version__)[:2])
