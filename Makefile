# The simulator's commands. "make up" and "make test" need nothing but this checkout: see README.md.
#
#   make up        stand everything up         make test      linters, unit tests, molecule
#   make status    how the servers are         make lint      linters alone
#   make down      take everything down        make unit      unit tests alone
#
# ARGS is handed to ansible-playbook, for example: make up ARGS='-e @my-topology.yml'
.DEFAULT_GOAL := help
.PHONY: help up down status venv venv-dev lint unit molecule test test-agent test-nightly test-kubernetes benchmark-sync

SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.ansible/collections
export MOLECULE_GLOB := molecule/*/molecule.yml
# A directory that everybody can write to, as Windows drives are under WSL, hides ansible.cfg.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

ARGS ?=
FORMAT ?= table
COLLECTION := .ansible/collections/ansible_collections/file_simulator/nas
# Asked for once, and only where sudo wants it.
BECOME = $$([ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null || echo --ask-become-pass)

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '2,8p'

up: venv
	@ansible-playbook site.yml $(BECOME) $(ARGS)

down: venv
	@ansible-playbook playbooks/teardown.yml $(BECOME) $(ARGS)

status: venv
	@tools/status.sh $(FORMAT) $(BECOME) $(ARGS)

venv: .venv/runtime $(COLLECTION)
venv-dev: .venv/dev $(COLLECTION)

.venv/runtime: requirements.txt tools/venv.sh
	@tools/venv.sh requirements.txt && touch $@

.venv/dev: requirements.txt requirements-dev.txt tools/venv.sh
	@tools/venv.sh requirements-dev.txt && touch $@ .venv/runtime

# The checkout under the name by which Ansible looks for a collection.
$(COLLECTION):
	@mkdir -p $(@D) && ln -sfn ../../../.. $@

lint: venv-dev
	@tools/lint.sh

unit: venv-dev
	pytest --numprocesses=2 tests/unit

molecule: artefact
	molecule test --scenario-name default

test: lint unit molecule

# The sync agent as a process, killed at random moments: longer than make test should take.
test-agent: venv-dev
	pytest tests/agent

# Ten times the histories, and the kill at every step of all sequences of three operations.
test-nightly: venv-dev
	AGENT_HISTORIES=20000 AGENT_CRASH_STRIDE=1 pytest --numprocesses=2 tests/unit/agent

benchmark-sync: venv-dev
	python benchmarks/sync/run.py

# The Kubernetes engine on a real cluster; skipped, loudly, where that cannot be built.
test-kubernetes: venv-dev
	@tools/test_kubernetes.sh

# The HTML report in a real browser; skipped, loudly, where there is none.
.PHONY: test-report
test-report: venv-dev
	@tools/test_report.sh

# What the modules say to minikube, put to the real program; and the whole scenario where a node can run.
.PHONY: test-minikube molecule-minikube
test-minikube: venv-dev
	pytest tests/minikube

molecule-minikube: venv-dev
	@tools/molecule_minikube.sh

# Windows nodes, through the real ansible.windows up to where PowerShell begins.
.PHONY: test-windows
test-windows: venv-dev
	pytest tests/windows

# Pages and tables that are made from the code; lint tells when they are out of date.
.PHONY: generated
generated: venv-dev
	@python tools/role_readmes.py
	@python tools/readme.py

# The tests that Ansible's community asks for, on the artefact, without an ignore file.
.PHONY: sanity
sanity: venv-dev
	@tools/sanity.sh

# What Galaxy's users get: the artefact, installed, with all deleted that a collection must be able to do without.
.PHONY: artefact test-artefact galaxy-import
artefact: venv-dev
	@tools/artefact.sh .ansible/artefact --bare

# Foreign playbooks use the roles and the playbook site from there.
test-artefact: artefact
	molecule test --scenario-name role_reuse

# What Galaxy does with an upload; a warning is a failure.
galaxy-import: artefact
	@tools/galaxy_import.sh .ansible/artefact/*.tar.gz

# The other ansible-core, modules on the oldest Python, and the oldest Kubernetes client.
.PHONY: test-versions
test-versions: venv-dev
	@tools/test_versions.sh

# Guides, modules and roles as a site, in .ansible/docs/build/html.
.PHONY: docs
docs: venv-dev
	@tools/docs.sh .ansible/docs

.PHONY: lint-workflows
lint-workflows:
	@tools/lint_workflows.sh

# Checks everything from outside, as users do: make validate ARGS='-e validation_disruptive=true'
.PHONY: validate
validate: venv
	@ansible-playbook playbooks/validate.yml $(BECOME) $(ARGS)

# Breaks each property of running servers, and sees the check of it fail.
.PHONY: test-validation
test-validation: venv-dev
	pytest tests/validation
