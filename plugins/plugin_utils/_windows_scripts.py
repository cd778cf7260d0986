# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on a Windows node to lay out directories. Private to file_simulator.nas.

Two scripts for ansible.windows.win_powershell, so that a node is called once to look and once to do,
instead of two dozen times; what to do is decided on the controller. Each takes one JSON text, ``Request``.
Only .NET methods touch the disk, which know neither wildcards nor PowerShell's providers. A directory is
removed in a way that fails when it is not empty, which no module of ansible.windows offers, and junctions
are never followed.
"""

from __future__ import annotations

# SupportsShouldProcess lets it run in check mode; it changes nothing.
LOOK = r"""
[CmdletBinding(SupportsShouldProcess)]
param([string] $Request)
$ErrorActionPreference = 'Stop'
$Ansible.Changed = $false
$asked = ConvertFrom-Json -InputObject $Request

function Read-Whole([string] $Path) {
    if ([System.IO.File]::Exists($Path)) { return [System.IO.File]::ReadAllText($Path) }
    return $null
}

$places = @(foreach ($path in $asked.paths) {
    $directory = [System.IO.Directory]::Exists($path)
    $seen = @{
        path = $path
        directory = $directory
        other = [System.IO.File]::Exists($path)
        directories = @()
        has_files = $false
        marker = $null
    }
    if ($directory) {
        $seen.directories = @([System.IO.Directory]::EnumerateDirectories($path) |
            Select-Object -First $asked.enough | ForEach-Object { [System.IO.Path]::GetFileName($_) })
        $seen.has_files = @([System.IO.Directory]::EnumerateFiles($path) |
            Where-Object { [System.IO.Path]::GetFileName($_) -ne $asked.marker } | Select-Object -First 1).Count -gt 0
        $seen.marker = Read-Whole ([System.IO.Path]::Combine($path, $asked.marker))
    }
    $seen
})

$drives = @{}
foreach ($letter in $asked.drives) {
    $drive = New-Object -TypeName System.IO.DriveInfo -ArgumentList $letter
    $drives[$letter] = if ($drive.IsReady) { $drive.AvailableFreeSpace } else { $null }
}

$system = Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem'
$registry = [System.Environment]::ExpandEnvironmentVariables($asked.registry)
$Ansible.Result = ConvertTo-Json -Depth 4 -Compress -InputObject @{
    places = $places
    drives = $drives
    long_paths = ($system.LongPathsEnabled -eq 1)
    registry = $registry
    known = Read-Whole $registry
}
"""

CARRY_OUT = r"""
[CmdletBinding()]
param([string] $Request)
$ErrorActionPreference = 'Stop'
$asked = ConvertFrom-Json -InputObject $Request

# Whole or not at all. WriteAllText writes UTF-8 without a byte order mark.
function Write-Whole([string] $Path, [string] $Text) {
    $beside = "$Path.$PID.tmp"
    [System.IO.File]::WriteAllText($beside, $Text)
    if ([System.IO.File]::Exists($Path)) {
        [System.IO.File]::Replace($beside, $Path, [NullString]::Value)
    }
    else {
        [System.IO.File]::Move($beside, $Path)
    }
}

function Clear-Directory([string] $Path, [bool] $KeepDirectories) {
    foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($Path)) {
        if ([System.IO.Path]::GetFileName($entry) -eq $asked.marker) { continue }
        $attributes = [System.IO.File]::GetAttributes($entry)
        if (-not ($attributes -band [System.IO.FileAttributes]::Directory)) {
            [System.IO.File]::Delete($entry)
        }
        elseif (-not $KeepDirectories) {
            # Of a junction the link goes, and what it leads to stays.
            $link = [bool] ($attributes -band [System.IO.FileAttributes]::ReparsePoint)
            [System.IO.Directory]::Delete($entry, -not $link)
        }
    }
}

foreach ($step in $asked.steps) {
    $marker = [System.IO.Path]::Combine($step.path, $asked.marker)
    try {
        switch ($step.verb) {
            'mark' {
                [void] [System.IO.Directory]::CreateDirectory($step.path)
                Write-Whole $marker $step.text
            }
            'unmark' { [System.IO.File]::Delete($marker) }
            'empty' { Clear-Directory $step.path $step.keep_directories }
            'remove' {
                # Somebody may have put something there in the meantime: then it stays.
                if (-not @([System.IO.Directory]::EnumerateFileSystemEntries($step.path) | Select-Object -First 1)) {
                    [System.IO.Directory]::Delete($step.path, $false)
                }
            }
        }
    }
    catch {
        throw "$($step.path): $($step.verb): $($_.Exception.GetBaseException().Message)"
    }
}

[void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($asked.registry))
Write-Whole $asked.registry $asked.known
$Ansible.Changed = $true
"""
