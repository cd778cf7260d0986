# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Breaks an NFS server on purpose, between it and its clients, for as long as this program runs.

It is the tracer (ptrace(2)) of the server's process, whose PID namespace it shares. The kernel lets a server go on as
if nothing had been as soon as its tracer ends, however it ends; so does a table of nft with the flag ``owner``.
"""
