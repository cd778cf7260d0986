# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Carries out the steps that the controller decided on. Takes one JSON text.
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
            'make' { [void] [System.IO.Directory]::CreateDirectory($step.path) }
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
