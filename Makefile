# The simulator's commands. "make up" and "make test" need nothing but this checkout: see README.md. "make help" lists all.
#
# ARGS is handed to ansible-playbook, for example: make up ARGS='-e @my-topology.yml'
.DEFAULT_GOAL := help

SHELL := /bin/bash
COMMA := ,
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.ansible/collections
export MOLECULE_GLOB := molecule/*/molecule.yml
# What is set for other playbooks is not taken away, and the tables at the end are printed all the same.
export ANSIBLE_CALLBACKS_ENABLED := file_simulator.nas.summary,file_simulator.nas.progress$(addprefix $(COMMA),$(ANSIBLE_CALLBACKS_ENABLED))
# A directory that everybody can write to, as Windows drives are under WSL, hides ansible.cfg.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# Ansible wants UTF-8. The caller's locale may be C, or one that this machine lacks, as ssh brings it; this one is everywhere.
export LC_ALL := C.UTF-8

ARGS ?=
FORMAT ?= table
EVERY ?= 2
COLLECTION := .ansible/collections/ansible_collections/file_simulator/nas
# The password is asked for once, and only where sudo wants one: -k, for what sudo remembers of this terminal is not
# for Ansible, which has none. Where there is no sudo, nothing is asked.
BECOME = $$([ "$$(id -u)" = 0 ] || ! command -v sudo >/dev/null || sudo -k -n true 2>/dev/null || echo --ask-become-pass)

.PHONY: help
# Show this list.
help:
	@awk '/^# ---/ { printf "\n%s\n", substr($$0, 7) } \
	  /^# / { if (!said) said = substr($$0, 3) } \
	  /^[a-z-]+:( |$$)/ { printf "  make %-22s %s\n", substr($$1, 1, length($$1) - 1), said } \
	  !/^(#|\.PHONY)/ { said = "" }' Makefile

# --- The simulator

.PHONY: up down status validate
# Stand everything up.
up: venv
	@ansible-playbook site.yml $(BECOME) $(value ARGS)

# Take everything down; the Windows directories stay.
down: venv
	@ansible-playbook playbooks/teardown.yml $(BECOME) $(value ARGS)

# Tell how the servers are: FORMAT=table or json.
status: venv
	@tools/status.sh $(FORMAT) $(BECOME) $(value ARGS)

.PHONY: watch logs doctor
# Show the same again and again, until Ctrl-C: EVERY=2 seconds.
watch: venv
	@tools/watch.sh $(EVERY) $(BECOME) $(value ARGS)

# Show what the parts of a server have logged: make logs SERVER=nas-input-1; of all servers without SERVER.
logs: venv
	@tools/show.sh logs file_simulator_logs_file $(BECOME) -e "file_simulator_logs_server=$(SERVER)" $(value ARGS)

# Write what a maintainer needs to know to a file, without names of files or people: make doctor TO=doctor.yml
doctor: venv
	@ansible-playbook playbooks/doctor.yml $(BECOME) -e "file_simulator_doctor_file=$(abspath $(or $(TO),doctor.yml))" $(value ARGS)

# Validate the servers from outside; ARGS='-e validation_disruptive=true' takes them down for a moment, too.
validate: venv
	@ansible-playbook playbooks/validate.yml $(BECOME) $(value ARGS)

# Copy out what only the volume of a server has: SERVER=nas-output-1 TO=/root/rescued
.PHONY: rescue
rescue: venv
	@ansible-playbook playbooks/rescue.yml $(BECOME) -e "file_simulator_rescue_server=$(SERVER)" -e "file_simulator_rescue_to=$(abspath $(TO))" $(value ARGS)

# What a server withholds because all of a side was gone is meant: make accept SERVER=nas-input-1
.PHONY: accept
accept: venv
	@ansible-playbook playbooks/accept.yml $(BECOME) -e "file_simulator_accept_server=$(SERVER)" $(value ARGS)

.PHONY: data sync reset
# Put test data on a server, and wait until it is there: make data FROM=fixtures/ SERVER=nas-input-1
data: venv
	@ansible-playbook playbooks/data.yml $(BECOME) -e "file_simulator_data_server=$(SERVER)" -e "file_simulator_data_from=$(abspath $(FROM))" $(value ARGS)

# Wait until what is there now is on the other side of all servers; with SERVER=nas-input-1 of that one.
sync: venv
	@ansible-playbook playbooks/sync.yml $(BECOME) -e "file_simulator_sync_server=$(SERVER)" $(value ARGS)

# Empty all servers for the next test, both sides; with SERVER=nas-input-1 that one. Somebody's own files it refuses, by name.
reset: venv
	@ansible-playbook playbooks/reset.yml $(BECOME) -e "file_simulator_reset_server=$(SERVER)" $(value ARGS)

.PHONY: fault
# Break servers on purpose: make fault FAULT=full FOR=60 SERVER=nas-output-1; FAULT=none ends it; without, say what is broken.
fault: venv
	@ansible-playbook playbooks/fault.yml $(BECOME) -e "file_simulator_fault_server=$(SERVER)" -e "file_simulator_fault=$(FAULT)" -e "file_simulator_fault_for=$(FOR)" $(value ARGS)

.PHONY: topology
# Write my-topology.yml (TO=) from manifests, fstab or Compose files of production: make topology FROM='prod/*.yaml'
topology: venv
	@ansible-playbook playbooks/topology.yml -e "file_simulator_topology_from='$(FROM)'" -e "file_simulator_topology_directory='$(CURDIR)'" -e "file_simulator_topology_to='$(abspath $(or $(TO),my-topology.yml))'" -e "file_simulator_topology_force='$(FORCE)'" $(value ARGS)

.PHONY: volumes
# Write production's volumes with the simulator's servers to my-volumes.yml (TO=), and show what differs: FROM='prod/*.yaml'
volumes: venv
	@ansible-playbook playbooks/volumes.yml -e "file_simulator_topology_from='$(FROM)'" -e "file_simulator_topology_directory='$(CURDIR)'" -e "file_simulator_volumes_to='$(abspath $(or $(TO),my-volumes.yml))'" $(value ARGS)

# --- What the commands need

.PHONY: venv venv-dev
# Install what the commands need into .venv.
venv: .venv/runtime $(COLLECTION)
# Install what tests and linters need, too.
venv-dev: .venv/dev $(COLLECTION)

# A checkout that was moved or copied, or a machine with another Python, has a .venv whose programs do not start.
ifneq ($(shell tools/venv.sh --unusable),)
.venv/runtime .venv/dev: anew
.PHONY: anew
# Makes whatever depends on it again.
anew:
endif

.venv/runtime: requirements.txt tools/venv.sh
	@tools/venv.sh requirements.txt && touch $@

.venv/dev: requirements.txt requirements-dev.txt tools/venv.sh
	@tools/venv.sh requirements-dev.txt && touch $@ .venv/runtime

# The checkout under the name by which Ansible looks for a collection.
$(COLLECTION):
	@mkdir -p $(@D) && ln -sfn ../../../.. $@

# --- What a change must pass: .ci/run calls all of it

.PHONY: test lint unit molecule
# Run linters, unit tests and molecule.
test: lint unit molecule

# Run the linters, and the checks of documents.
lint: venv-dev
	@tools/lint.sh

# Run the tests that need nothing but Python.
unit: venv-dev
	pytest --numprocesses=2 tests/unit

# Seven servers on podman, used by NFS clients.
molecule: artefact
	python -m tests.harness.ports molecule tools/molecule.sh default

.PHONY: test-agent test-podman test-faults test-data test-removal test-broken-states test-kills test-boot test-power-cut test-validation test-machines test-machine test-kubernetes test-kubernetes-servers test-report test-windows test-minikube
# The sync agent as a process, killed at random moments, and along sequences of three operations: longer than make test should take.
test-agent: venv-dev
	pytest --numprocesses=3 tests/agent
	AGENT_CRASH_OPERATIONS=3 pytest --numprocesses=3 tests/unit/agent/test_crashes.py -k 'every_step[3'

# One real server on podman: what only the real thing shows of locks, owners, neighbours and the start with the machine.
test-podman: venv-dev
	pytest --numprocesses=2 --dist=loadfile tests/podman --ignore=tests/podman/test_faults.py

# Each fault that nas_fault can make, on one real server on podman: seen by a client, ended in every way, on and off under load.
test-faults: venv-dev
	pytest -s tests/podman/test_faults.py

# Test data on seven real servers, and ROUNDS times the day of a test: put, wait, consume, assert, empty; with the time it takes.
test-data: venv-dev
	DATA_ROUNDS=$(if $(filter file,$(origin ROUNDS)),10,$(ROUNDS)) pytest -rs -s tests/data

# Takes a real server away in every way after everything that may have happened to it: no file is gone.
test-removal: venv-dev
	pytest --numprocesses=3 tests/removal

# Everything that a pod, or all of podman in a power loss, may have come to × make up, make status, make down.
test-broken-states: venv-dev
	pytest tests/broken_states

ROUNDS ?= 30
SEED ?= 13
# make up and make down, and their modules alone, killed ROUNDS times each while a consumer writes; SEED draws the moments.
test-kills: venv-dev
	KILL_ROUNDS=$(ROUNDS) KILL_SEED=$(SEED) pytest -s tests/kills

# QEMU killed while clients and testers write, ROUNDS times for each file system and kind of storage; SEED draws the moments.
test-power-cut: venv-dev
	POWER_CUT_ROUNDS=$(if $(filter file,$(origin ROUNDS)),5,$(ROUNDS)) POWER_CUT_SEED=$(SEED) pytest -rs -s tests/power_cut

# A machine with systemd goes down while a client writes, and starts again, with its drive and without: in systemd-nspawn.
test-boot: venv-dev
	pytest -rs -s tests/boot

# Breaks each property of running servers, and sees the check of it fail.
test-validation: venv-dev
	pytest tests/validation

# README's commands on bare machines with Debian 12 and Debian 13; skipped, with the reason, where these cannot be made.
test-machines: venv-dev
	pytest -rs -s tests/machines

MACHINES ?= trixie bookworm
# make up, mounts by the kernel's client, and restarts, in virtual machines with MACHINES; skipped where there can be none.
test-machine: venv-dev
	MACHINES="$(MACHINES)" pytest -rs -s --durations=0 --durations-min=1 tests/machine

# The Kubernetes engine on a real cluster; skipped, loudly, where that cannot be built.
test-kubernetes: venv-dev
	@tools/test_kubernetes.sh scenario

# Takes a real server away on a real cluster, in every way, after everything that may have happened to it; rescue, claims, leases.
test-kubernetes-servers: venv-dev
	@tools/test_kubernetes.sh servers

# The HTML report in a real browser; skipped, loudly, where there is none.
test-report: venv-dev
	@tools/test_report.sh

# Windows nodes, through the real ansible.windows up to where PowerShell begins.
test-windows: venv-dev
	pytest tests/windows

# What the modules say to minikube, put to the real program.
test-minikube: venv-dev
	pytest tests/minikube --ignore=tests/minikube/node

# --- What the community asks for

.PHONY: artefact test-artefact test-foreign-role galaxy-import sanity test-versions lint-workflows
# What Galaxy's users get: built, installed, and all deleted that a collection must be able to do without.
artefact: venv-dev
	@tools/artefact.sh .ansible/artefact --bare

# Foreign playbooks use the roles and the playbook site from there.
test-artefact: artefact
	python -m tests.harness.ports reuse tools/molecule.sh role_reuse

# A foreign role's molecule scenario with a simulator of its own, in two jobs at once.
test-foreign-role: artefact
	pytest tests/foreign_role

# What Galaxy does with an upload; a warning is a failure.
galaxy-import: artefact
	@tools/galaxy_import.sh .ansible/artefact/*.tar.gz

# ansible-test sanity on the artefact, without an ignore file.
sanity: venv-dev
	@tools/sanity.sh

# The other ansible-core, modules on the oldest Python, and the oldest Kubernetes client.
test-versions: venv-dev
	@tools/test_versions.sh

# Check the workflows with actionlint.
lint-workflows:
	@tools/lint_workflows.sh

# --- Documents

.PHONY: docs generated
# Guides, modules and roles as a site, in .ansible/docs/build/html.
docs: venv-dev
	@tools/docs.sh .ansible/docs

# Pages and tables that are made from the code; lint tells when they are out of date.
generated: venv-dev
	@python tools/role_readmes.py
	@python tools/readme.py
	@python tools/requirements.py
	@python tools/topology.py

# --- What takes long or needs more than most machines have, and measurements

.PHONY: explore test-histories test-load test-crashes test-minikube-node test-minikube-mount molecule-minikube benchmark-sync
MINUTES ?= 10
# Histories and cases that nobody has tried yet, for MINUTES; what fails is tried first the next time.
explore: venv-dev
	@tools/explore.sh $(MINUTES)

HISTORIES ?= 100000
# As many random histories of the sync agent as HISTORIES says, with changes between any two of its system calls.
test-histories: venv-dev
	@tools/histories.sh $(HISTORIES)

# Eight NFS clients that write to a real server, on a machine that is busy with other things.
test-load: venv-dev
	pytest -rs -s tests/load

# The kill of the sync agent at every step of all sequences of three operations.
test-crashes: venv-dev
	AGENT_CRASH_OPERATIONS=3 AGENT_CRASH_STRIDE=1 pytest --numprocesses=2 tests/unit/agent/test_crashes.py

# A real Minikube profile in a container of our own making. Not beside test-kubernetes: both change the same settings.
test-minikube-node: venv-dev
	pytest -rs tests/minikube/node

# Sync with a Windows directory that minikube's own 9p server brings to a node, a small virtual machine.
test-minikube-mount: venv-dev
	pytest -rs -s tests/minikube_mount

# The seven servers in a real profile, with docker or podman.
molecule-minikube: venv-dev
	@tools/molecule_minikube.sh

# Measure how long a file takes to the other side.
benchmark-sync: venv-dev
	python benchmarks/sync/run.py
