# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""nas_image with a podman and an mmdebstrap that run nothing: the twelve steps, the cache, and every refusal."""

from __future__ import annotations

import tarfile
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.file_simulator.nas.plugins.module_utils._common.locking import locked
from ansible_collections.file_simulator.nas.plugins.modules import nas_image

from ..conftest import ModuleFailed
from ..fake_mmdebstrap import FakeMmdebstrap
from ..fake_podman import FakePodman

Run = t.Callable[..., "dict[str, t.Any]"]


@pytest.fixture
def mmdebstrap(tmp_path: Path, podman: FakePodman, monkeypatch: pytest.MonkeyPatch) -> FakeMmdebstrap:
    """An mmdebstrap on the PATH, and a podman that loads what is whole."""
    executable = tmp_path / "mmdebstrap"
    executable.write_text("#!/bin/false\n")
    executable.chmod(0o755)
    fake = FakeMmdebstrap(str(executable))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(
        AnsibleModule,
        "run_command",
        lambda self, command, **options: (fake if fake.executable in command else podman).run(command),
    )
    load, run = podman._load, podman.run

    def whole(words: list[str]) -> None:
        with tarfile.open(words[-1]) as packed:
            for layer in ("base.tar", "files.tar"):
                with tarfile.open(fileobj=packed.extractfile(layer)) as inner:
                    inner.getmembers()
            manifest = packed.extractfile("manifest.json").read().decode()
        podman.loads = manifest.split('"RepoTags": ["')[1].split('"')[0]
        load(words)

    def fails(command: list[str], **options: t.Any) -> tuple[int, str, str]:
        try:
            return run(command, **options)
        except (tarfile.TarError, KeyError, OSError) as error:
            return 125, "", f"Error: payload does not match any of the supported image formats: {error}\n"

    monkeypatch.setattr(podman, "_load", whole)
    monkeypatch.setattr(podman, "run", fails)
    return fake


@pytest.fixture
def arguments(mmdebstrap: FakeMmdebstrap, podman: FakePodman, tmp_path: Path) -> dict[str, t.Any]:
    return {
        "packages": ["nfs-ganesha"],
        "pinned": {"nfs-ganesha": "4.3"},
        "files": {"/usr/lib/a.py": "a"},
        "cache_directory": str(tmp_path / "cache"),
        "podman_executable": podman.executable,
        "state_directory": str(tmp_path / "state"),
    }


def test_twelve_steps(
    run_module: Run, podman: FakePodman, mmdebstrap: FakeMmdebstrap, arguments: dict[str, t.Any], tmp_path: Path
) -> None:
    """Create, again, modify, again, delete, again: each in check mode first, which builds and loads nothing."""
    modified = {**arguments, "files": {"/usr/lib/a.py": "b"}}
    for state, given, changed, images in [
        ("present", arguments, True, 1),
        ("present", arguments, False, 1),
        ("present", modified, True, 2),
        ("present", modified, False, 2),
        ("absent", modified, True, 0),
        ("absent", modified, False, 0),
    ]:
        before = (podman.changes, list(mmdebstrap.calls), sorted(tmp_path.rglob("*")))
        predicted = run_module(nas_image, check=True, state=state, **given)
        after = (podman.changes, list(mmdebstrap.calls), sorted(tmp_path.rglob("*")))
        assert after == before, "check mode changed something"
        done = run_module(nas_image, state=state, **given)
        assert predicted["changed"] == done["changed"] == changed
        assert predicted["diff"] == done["diff"]
        assert (done["diff"]["before"] != done["diff"]["after"]) == changed
        assert len(podman.images) == images
        if state == "present":
            assert predicted["image"] == done["image"] and done["image"] in podman.images
            assert Path(done["archive"]).exists()
    assert len(mmdebstrap.calls) == 1, "the base was not used again"


def test_archive_that_left_the_cache_is_not_named(run_module: Run, arguments: dict[str, t.Any]) -> None:
    """Another checkout's image may have taken its place."""
    Path(run_module(nas_image, **arguments)["archive"]).unlink()
    done = run_module(nas_image, **arguments)
    assert (done["changed"], done["archive"]) == (False, "")


def test_archive_alone(
    run_module: Run, podman: FakePodman, mmdebstrap: FakeMmdebstrap, arguments: dict[str, t.Any]
) -> None:
    """For a cluster, podman is neither needed nor called."""
    alone = {**arguments, "load": False, "podman_executable": "no-podman-here"}
    for check, changed, there in [(True, True, False), (False, True, True), (True, False, True), (False, False, True)]:
        result = run_module(nas_image, check=check, **alone)
        assert (result["changed"], Path(result["archive"]).exists()) == (changed, there)
    assert run_module(nas_image, state="absent", **alone)["changed"] is False
    assert podman.calls == []
    assert run_module(nas_image, **arguments)["changed"] is True, "loading it is a change of its own"


def test_image_that_was_removed_is_loaded_from_the_cache(
    run_module: Run, podman: FakePodman, mmdebstrap: FakeMmdebstrap, arguments: dict[str, t.Any]
) -> None:
    first = run_module(nas_image, **arguments)
    podman.images = []
    mmdebstrap.failure = "E: no network"
    assert run_module(nas_image, **arguments)["changed"]
    assert podman.images == [first["image"]]


def test_corrupted_archive_in_the_cache_is_built_anew(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    first = run_module(nas_image, **arguments)
    whole = Path(first["archive"]).read_bytes()
    Path(first["archive"]).write_bytes(whole[: len(whole) // 2])
    podman.images = []
    run_module(nas_image, **arguments)
    assert podman.images == [first["image"]]
    assert len(Path(first["archive"]).read_bytes()) == len(whole)


@pytest.mark.parametrize("archive_there", [True, False])
def test_corrupted_base_in_the_cache_is_built_anew(
    archive_there: bool, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    """A power cut can leave both files damaged: the archive was made from the base."""
    first = run_module(nas_image, **arguments)
    for path in Path(arguments["cache_directory"]).iterdir():
        if path.name.startswith("base-"):
            path.write_bytes(b"damaged" * 100)
        elif archive_there:
            path.write_bytes(path.read_bytes()[:1000])
        else:
            path.unlink()
    podman.images = []
    run_module(nas_image, **arguments)
    assert podman.images == [first["image"]]


def test_podman_that_cannot_load_is_not_asked_for_ever(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
) -> None:
    podman.fail = {"load": "no space left on device"}
    for _attempt in ("fresh", "cached"):
        with pytest.raises(ModuleFailed, match=r"load .*: podman: no space left on device"):
            run_module(nas_image, **arguments)
    assert len([call for call in podman.calls if call[0] == "load"]) <= 3


@pytest.mark.parametrize("option", ["suite", "packages", "files"])
def test_tag_follows_the_recipe(option: str, run_module: Run, arguments: dict[str, t.Any]) -> None:
    other = {"suite": "trixie", "packages": ["nfs-ganesha", "rsync"], "files": {"/usr/lib/a.py": "b"}}[option]
    images = [
        run_module(nas_image, check=True, **given)["image"] for given in (arguments, {**arguments, option: other})
    ]
    assert images[0] != images[1]


def test_mirror_does_not_change_the_image(
    run_module: Run, arguments: dict[str, t.Any], mmdebstrap: FakeMmdebstrap
) -> None:
    run_module(nas_image, mirror="http://mirror.example/debian", **arguments)
    assert mmdebstrap.calls[0][-1] == "http://mirror.example/debian"
    assert run_module(nas_image, **arguments)["changed"] is False


def test_two_runs_at_once_build_an_image_once(
    run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], mmdebstrap: FakeMmdebstrap, tmp_path: Path
) -> None:
    """The second waits for the first, and finds its image."""
    predicted = run_module(nas_image, check=True, **arguments)
    begun = threading.Event()

    def first() -> None:
        with locked(f"{predicted['archive']}.lock", "it", "a build", 0):
            begun.set()
            time.sleep(0.3)
            podman.images.append(predicted["image"])

    builder = threading.Thread(target=first)
    builder.start()
    assert begun.wait(10)
    assert run_module(nas_image, **arguments)["image"] == predicted["image"]
    builder.join()
    assert mmdebstrap.calls == []


class TestAbsent:
    def test_image_in_use_is_kept(
        self, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        used = run_module(nas_image, **arguments)["image"]
        unused = run_module(nas_image, **{**arguments, "files": {}})["image"]
        monkeypatch.setattr(podman, "_ps", lambda words: f"{used}\n")
        result = run_module(nas_image, state="absent", **arguments)
        assert result["kept"] == [used] == podman.images and unused not in podman.images
        assert result["diff"]["after"] == {"images": [used]}
        assert run_module(nas_image, state="absent", **arguments)["changed"] is False

    def test_names_that_others_gave_the_same_image_stay(
        self, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
    ) -> None:
        """Podman shows all names of an image of which one matches."""
        run_module(nas_image, **arguments)
        podman.images.append("localhost/other/nas:1")
        assert run_module(nas_image, state="absent", **arguments)["changed"] is True
        assert podman.images == ["localhost/other/nas:1"]

    def test_image_that_another_instance_is_about_to_run_is_kept(
        self, run_module: Run, podman: FakePodman, arguments: dict[str, t.Any]
    ) -> None:
        """Between its image and its first container, nothing but its claim says that it needs the image."""
        image = run_module(nas_image, instance="first", **arguments)["image"]
        run_module(nas_image, instance="second", **arguments)
        assert run_module(nas_image, check=True, state="absent", instance="first", **arguments)["kept"] == [image]
        assert run_module(nas_image, state="absent", instance="first", **arguments)["kept"] == [image] == podman.images
        assert run_module(nas_image, state="absent", instance="second", **arguments)["kept"] == [] == podman.images
        assert not [path for path in Path(arguments["state_directory"]).iterdir() if path.suffix != ".conf"]

    def test_name_that_is_no_instances_is_refused(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match=r"instance: '\.\./x' is no DNS label"):
            run_module(nas_image, state="absent", instance="../x", **arguments)

    def test_archives_stay(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        archive = run_module(nas_image, **arguments)["archive"]
        run_module(nas_image, state="absent", **arguments)
        assert Path(archive).exists()

    def test_nothing_to_do_where_podman_is_missing(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        missing = {**arguments, "podman_executable": "no-such-podman"}
        assert run_module(nas_image, check=True, state="absent", **missing)["changed"] is False


class TestRefused:
    """Nothing may be built or loaded when something is wrong."""

    @pytest.fixture(autouse=True)
    def untouched(self, podman: FakePodman, mmdebstrap: FakeMmdebstrap) -> t.Iterator[None]:
        yield
        assert podman.changes == [] and podman.images == []

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"files": {"usr/lib/a": ""}}, "files: 'usr/lib/a' is no absolute path"),
            ({"files": {"/usr/../etc/a": ""}}, "files: '/usr/../etc/a' is no absolute path"),
            ({"files": {"": ""}}, "files: '' is no absolute path"),
            ({"packages": ["--include=x"]}, "packages: '--include=x' is no name of a Debian package"),
            ({"packages": ["a,b"]}, "packages: 'a,b' is no name"),
            ({"packages": ["nfs-ganesha\n"]}, "is no name of a Debian package"),
            ({"packages": ["Nfs"]}, "packages: 'Nfs' is no name"),
        ],
    )
    def test_wrong_argument(
        self, given: dict[str, t.Any], message: str, run_module: Run, arguments: dict[str, t.Any]
    ) -> None:
        for check in (True, False):
            with pytest.raises(ModuleFailed, match=message):
                run_module(nas_image, check=check, **{**arguments, **given})

    @pytest.mark.parametrize(
        ("option", "given"), [("pinned", {"nfs-ganesha": 4.3}), ("files", {"/a": 5}), ("files", {"/a": ["b"]})]
    )
    def test_value_that_yaml_did_not_make_a_string(
        self, option: str, given: dict[str, t.Any], run_module: Run, arguments: dict[str, t.Any]
    ) -> None:
        with pytest.raises(ModuleFailed, match=option):
            run_module(nas_image, **{**arguments, option: given})

    def test_wrong_version(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        with pytest.raises(ModuleFailed, match=r"nfs-ganesha is 4\.3-2, not 6\."):
            run_module(nas_image, **{**arguments, "pinned": {"nfs-ganesha": "6."}})

    def test_missing_mmdebstrap(self, run_module: Run, arguments: dict[str, t.Any], mmdebstrap: FakeMmdebstrap) -> None:
        Path(mmdebstrap.executable).unlink()
        assert run_module(nas_image, check=True, **arguments)["changed"], "check mode must predict on an empty machine"
        with pytest.raises(
            ModuleFailed, match=r"nas-[0-9a-f]{12}\.tar: cannot be built, for there is no mmdebstrap; install it"
        ):
            run_module(nas_image, **arguments)

    def test_missing_podman(self, run_module: Run, arguments: dict[str, t.Any]) -> None:
        missing = {**arguments, "podman_executable": "no-such-podman"}
        assert run_module(nas_image, check=True, **missing)["changed"]
        with pytest.raises(ModuleFailed, match="no-such-podman is not installed"):
            run_module(nas_image, **missing)

    def test_failed_mmdebstrap(self, run_module: Run, arguments: dict[str, t.Any], mmdebstrap: FakeMmdebstrap) -> None:
        mmdebstrap.failure = "I: x\nE: unable to fetch\n"
        with pytest.raises(ModuleFailed, match="mmdebstrap: E: unable to fetch") as failure:
            run_module(nas_image, **arguments)
        assert failure.value.result["rc"] == 25
        assert list(Path(arguments["cache_directory"]).iterdir()) == []
