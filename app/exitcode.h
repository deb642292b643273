// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sb {

/// What the program ends with; documented in the manual page.
enum ExitCode : int {
    Done = 0,
    Failed = 1,   ///< ran and failed: no battery, no reply, verification failed, bus went away
    WrongUse = 2, ///< unknown option or BMS, malformed file or command line
    Unusable = 3, ///< the device or bus can't be used
    Interrupted = 130,
};

} // namespace sb
