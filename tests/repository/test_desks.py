# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""make's commands on the machines that people have: they work, or end in one line that says what is needed."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from .desk import Desk, Said

PYTHON_NEEDED = "Python 3.11 or newer is needed, with its modules venv and ensurepip"
TOO_OLD = '#!/bin/bash\n[ "$1" = --version ] && echo Python 3.10.12\nexit 1\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def only_line(said: Said) -> str:
    """Return the one line that a command ended with, beside what make says of its end."""
    assert said.status == 2
    lines = [line for line in said.err.splitlines() if not line.startswith("make: ***")]
    assert len(lines) == 1, said
    return lines[0]


@pytest.mark.parametrize(
    "locale",
    [
        {},
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"LANG": "de_DE.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_TIME": "de_DE.UTF-8"},
        {"LC_ALL": "de_DE@euro"},
    ],
    ids=str,
)
def test_any_locale(desk: Desk, locale: dict[str, str]) -> None:
    said = desk.make("up", **locale)
    assert said.status == 0, said
    assert said.out == f"Ansible of {desk.checkout}/.venv site.yml\n"


def test_the_output_is_that_of_the_command_alone(desk: Desk) -> None:
    said = desk.make("down")
    assert "playbooks/teardown.yml" in said.out
    assert "Installing the Python packages of requirements.txt into .venv" in said.err
    assert desk.make("down").err == "", "what is there is not installed again"


def test_arguments_are_for_the_shell_and_not_for_make(desk: Desk) -> None:
    """As docs/reports.md gives them to GitLab: make would take $C for a variable of its own."""
    said = desk.make("validate", "ARGS=-e reports=$CI_PROJECT_DIR/reports", CI_PROJECT_DIR="/builds/orders")
    assert said.out.endswith(" -e reports=/builds/orders/reports\n")


def test_a_checkout_that_was_moved(desk: Desk) -> None:
    desk.make("up")
    desk.checkout = desk.checkout.rename(desk.checkout.with_name("moved"))
    said = desk.make("up")
    assert said.out == f"Ansible of {desk.checkout}/.venv site.yml\n"
    assert "Making .venv anew: it was made as" in said.err
    assert desk.make("up").err == ""


def test_a_checkout_that_was_copied_uses_nothing_of_the_other(desk: Desk) -> None:
    desk.make("up")
    desk.checkout = shutil.copytree(desk.checkout, desk.checkout.with_name("copy"), symlinks=True)
    assert desk.make("up").out == f"Ansible of {desk.checkout}/.venv site.yml\n"


def test_an_environment_of_several_checkouts_is_left_alone(desk: Desk) -> None:
    desk.make("up")
    shared = (desk.checkout / ".venv").rename(desk.checkout.with_name("shared"))
    made_in = str(desk.checkout / ".venv")
    settings = shared / "pyvenv.cfg"
    settings.write_text(settings.read_text().replace(made_in, str(shared)))
    (desk.checkout / ".venv").symlink_to(shared)
    assert "Making .venv anew" not in desk.make("up").err


def test_a_python_that_is_another_version_now(desk: Desk) -> None:
    desk.make("up")
    (library,) = (desk.checkout / ".venv/lib").iterdir()
    library.rename(library.with_name("python3.9"))
    said = desk.make("up")
    assert said.status == 0
    assert "Making .venv anew: its Python is another version now" in said.err


def test_a_python_that_is_gone(desk: Desk) -> None:
    desk.make("up")
    for program in ("python", "python3"):
        (desk.checkout / ".venv/bin" / program).unlink()
    said = desk.make("up")
    assert (said.status, said.out) == (0, f"Ansible of {desk.checkout}/.venv site.yml\n")


def test_no_python_and_no_apt(desk: Desk) -> None:
    desk.remove("python3")
    assert only_line(desk.make("up")) == (
        f"{PYTHON_NEEDED}: install it with this distribution's package manager (RHEL 9: dnf install python3.12), "
        "then run make again"
    )


def test_no_python_no_root_and_no_sudo(desk: Desk) -> None:
    desk.install("python3", TOO_OLD)
    desk.install("apt-get", "#!/bin/bash\n")
    desk.user(1000)
    assert only_line(desk.make("up")) == (
        f"{PYTHON_NEEDED}: install python3 and python3-venv as root, then run make again; there is no sudo to do it with"
    )


NOTHING_IS_REACHED = """#!/bin/bash
if [ "$2" = update ]; then
    echo "W: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  Temporary failure resolving 'deb.debian.org'" >&2
else
    echo "E: Unable to locate package python3" >&2
    exit 100
fi
"""


@pytest.mark.parametrize(
    ("apt", "cause"),
    [
        (
            NOTHING_IS_REACHED,
            "install failed: W: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  Temp",
        ),
        ("#!/bin/bash\necho 'E: Could not get lock' >&2; exit 100\n", "update failed: E: Could not get lock"),
        (
            "#!/bin/bash\n[ $2 = update ] || { echo 'E: Unable to locate package python3' >&2; exit 100; }\n",
            "install failed: E: Unable to locate package python3",
        ),
    ],
    ids=["no network", "a lock", "no package"],
)
def test_apt_cannot_install_python(desk: Desk, apt: str, cause: str) -> None:
    desk.install("python3", TOO_OLD)
    desk.install("apt-get", apt)
    progress, line, *_ = desk.make("up").err.splitlines()
    assert progress == "Installing Python from the distribution, which needs root"
    assert line.startswith(f"{PYTHON_NEEDED}, and apt-get {cause}")


def test_a_distribution_whose_newer_python_has_another_name(desk: Desk, tmp_path: Path) -> None:
    real = (desk.checkout.parent / "programs/python3").read_text()
    (tmp_path / "python3.11").write_text(real)
    desk.install("python3", TOO_OLD)
    desk.install("apt-cache", '#!/bin/bash\n[ "$2" = python3.11-venv ]\n')
    target = tmp_path / "programs/python3.11"
    desk.install(
        "apt-get",
        f'#!/bin/bash\n[ "${{@: -1}}" != python3.11-venv ] || {{ cat {tmp_path}/python3.11 >{target}; chmod 755 {target}; }}\n',
    )
    desk.install("chmod", '#!/bin/bash\nexec /bin/chmod "$@"\n')
    said = desk.make("up")
    assert said.status == 0, said


def test_no_distribution_has_it(desk: Desk) -> None:
    desk.install("python3", TOO_OLD)
    desk.install("apt-get", "#!/bin/bash\n")
    desk.install("apt-cache", "#!/bin/bash\nexit 100\n")
    assert desk.make("up").err.splitlines()[1] == (
        f"{PYTHON_NEEDED}, and this distribution has Python 3.10.12: use Debian 12, Ubuntu 22.04 or newer"
    )


def test_no_network_to_pypi(desk: Desk) -> None:
    said = desk.make(
        "up",
        PIP_SAYS="WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': /simple/ansible-core/\n"
        "ERROR: No matching distribution found for ansible-core==2.19.14",
    )
    assert said.status == 2
    assert said.err.splitlines()[1] == (
        "The Python packages of requirements.txt come from PyPI, which does not answer: a network, a proxy (https_proxy) "
        "or a mirror (PIP_INDEX_URL) is needed; what pip said is in .venv/pip.log"
    )
    assert desk.make("up").status == 0, "once there is a network, the same command goes on"


def test_no_package_on_pypi(desk: Desk) -> None:
    said = desk.make("up", PIP_SAYS="Looking\nERROR: No matching distribution found for kubernetes==37.0.2\nmore")
    assert said.err.splitlines()[1] == (
        "The Python packages of requirements.txt cannot be installed: ERROR: No matching distribution found for "
        "kubernetes==37.0.2; all that pip said is in .venv/pip.log"
    )


@pytest.mark.parametrize(
    ("user", "sudo", "asked"),
    [
        (0, None, False),
        (1000, None, False),
        (1000, "exit 0", False),
        (1000, "exit 1", True),
        # It remembers this terminal, and Ansible has none.
        (1000, '[[ " $* " != *" -k "* ]]', True),
    ],
    ids=["root", "no sudo", "no password", "a password", "a password that it remembers"],
)
def test_the_password_is_asked_for_where_sudo_wants_one(desk: Desk, user: int, sudo: str | None, asked: bool) -> None:
    desk.user(user)
    if sudo is not None:
        desk.install("sudo", f"#!/bin/bash\n{sudo}\n")
    said = desk.make("up")
    assert said.status == 0, said
    assert ("--ask-become-pass" in said.out) is asked


@pytest.mark.parametrize("callbacks", ["", "ansible.posix.profile_tasks"])
def test_the_tables_at_the_end_come_beside_what_the_user_has_set(desk: Desk, callbacks: str) -> None:
    said = desk.make("-p", "up", ANSIBLE_CALLBACKS_ENABLED=callbacks).out
    expected = ",".join(filter(None, ["file_simulator.nas.summary", "file_simulator.nas.progress", callbacks]))
    assert f"ANSIBLE_CALLBACKS_ENABLED := {expected}\n" in said


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["status"], "file_simulator_status_table\n"),
        (["status", "FORMAT=json"], "file_simulator_status_file\n"),
        (["status", "FORMAT=json", "ARGS=--check"], "file_simulator_status_file\n"),
        (["logs", "SERVER=nas-input-1"], "file_simulator_logs_file\n"),
    ],
    ids=str,
)
def test_what_is_shown_is_what_was_found_and_not_what_ansible_prints(
    desk: Desk, words: list[str], printed: str
) -> None:
    said = desk.make(*words, ANSIBLE_STDOUT_CALLBACK="minimal")
    assert (said.status, said.out) == (0, printed), said


def test_what_is_shown_when_a_playbook_fails_is_its_errors_and_with_v_all(desk: Desk) -> None:
    failure = "[ERROR]: Task failed: Premature end.\n[ERROR]: Task failed: Module failed: servers: 'x' is not in the topology\nfatal: [localhost]"
    ended = {"ANSIBLE_SAYS": failure, "ANSIBLE_ENDS": "2"}
    desk.make("venv")
    assert only_line(desk.make("logs", "SERVER=x", **ended)) == "ERROR: servers: 'x' is not in the topology"
    assert failure in desk.make("logs", "SERVER=x", "ARGS=-v", **ended).err
    other = {"ANSIBLE_SAYS": "Traceback: no error in Ansible's words", "ANSIBLE_ENDS": "1"}
    assert "Traceback: no error in Ansible's words" in desk.make("status", **other).err


# Ends the watch at its second pause.
_SLEEP = '#!/bin/bash\n[ ! -e "$HOME/slept" ] && touch "$HOME/slept"\n'


def test_watching_shows_the_same_again_and_again(desk: Desk) -> None:
    desk.install("sleep", _SLEEP)
    assert desk.make("watch").out.count("file_simulator_status_table") == 2


def test_watching_asks_for_the_password_once(desk: Desk) -> None:
    desk.install("sleep", _SLEEP)
    desk.user(1000)
    desk.install("sudo", "#!/bin/bash\nexit 1\n")
    seen = desk.checkout / "seen"
    # What Ansible prints is not shown, so the programs beside it tell what it was given.
    desk.install(
        "cat",
        f'#!/bin/bash\nfor name; do [ ! -e "${{name%/*}}/log" ] || /bin/cat "${{name%/*}}/log" >>{shlex.quote(str(seen))}; done\nexec /bin/cat "$@"\n',
    )
    said = desk.make("watch", keyboard="secret\n")
    assert said.out.count("file_simulator_status_table") == 2, said
    assert seen.read_text().count("BECOME password: secret") == 2
    assert "--ask-become-pass" not in seen.read_text()


def test_watching_wants_a_number(desk: Desk) -> None:
    desk.make("venv")
    assert only_line(desk.make("watch", "EVERY=often")) == "EVERY: 'often' is no number of seconds"


def test_a_directory_for_temporary_files_that_is_not_there(desk: Desk) -> None:
    assert desk.make("status", TMPDIR="/nowhere").out == "file_simulator_status_table\n"
