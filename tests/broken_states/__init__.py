# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever state podman and a server's parts are in: make up brings it back, or says in one line why it cannot."""
