# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Returns what directories, drives and markers there are, as one JSON text. Takes one, too.
# SupportsShouldProcess lets it run in check mode; it changes nothing.
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

$inside = @(foreach ($path in $asked.subdirectories) {
    $directory = [System.IO.Directory]::Exists($path)
    # A junction leads out of the directory, as a link does.
    $link = $directory -and ([System.IO.File]::GetAttributes($path) -band [System.IO.FileAttributes]::ReparsePoint)
    @{
        path = $path
        directory = $directory
        other = [System.IO.File]::Exists($path) -or [bool] $link
        names = @(if ($directory -and -not $link) {
            [System.IO.Directory]::EnumerateFileSystemEntries($path) | Select-Object -First $asked.enough |
                ForEach-Object { [System.IO.Path]::GetFileName($_) }
        })
    }
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
    subdirectories = $inside
    drives = $drives
    long_paths = ($system.LongPathsEnabled -eq 1)
    registry = $registry
    known = Read-Whole $registry
}
