// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>
#include <optional>

namespace sb {

/// What the window understands of its command line.
struct GuiOptions
{
    bool panel = false;
    bool help = false;
    bool version = false;
    QString scheme;     ///< "light", "dark" or empty: as the desktop has it
    QString screenshot; ///< file to write, empty: stay open
    QSize size;         ///< of the window; not valid: its own
    QStringList rest;   ///< for the source of batteries
    QString error;      ///< one line when something is wrong, else empty
};

/// \a arguments without the program's name. After "--" everything is for the source.
[[nodiscard]] GuiOptions parseGuiOptions(const QStringList &arguments);
[[nodiscard]] QString guiHelp();

} // namespace sb
