# Copyright (c) 2026, file_simulator.nas contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of several kinds share."""

import pytest

# Its assertions are to say what they compared, as those of test files do.
pytest.register_assert_rewrite("tests.harness.removal")
