// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// How long a test waits for what must come: it costs nothing where that comes, and a loaded machine is no
/// failure.
constexpr int patienceMs = 60000;
