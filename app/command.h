// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bluetooth/radiosettings.h"
#include "bms/driverregistry.h"
#include "simulator/simulateddevice.h"

#include <QStringList>

namespace sb {

class Bluetooth;

/// What every command gets instead of globals.
struct Environment
{
    Environment();
    ~Environment();
    Environment(const Environment &) = delete;
    Environment &operator=(const Environment &) = delete;

    DriverRegistry drivers;
    std::vector<SimulatorDescriptor> simulators;
    RadioSettings radio; ///< count until bluetooth() is called first

    /// Bluetooth of this process, made when it is needed first. Lines that use it must end before.
    [[nodiscard]] Bluetooth &bluetooth() const;
    /// Closes every link and ends its thread, before the end of this.
    void endBluetooth();

private:
    mutable std::unique_ptr<Bluetooth> m_bluetooth;
};

/// How a GX device starts its Bluetooth service anew; empty on other systems, where it is not ours to
/// restart.
[[nodiscard]] QStringList bluetoothRestartCommand();

/// \a arguments[0] is the command's name. \return the exit code.
using CommandFunction = int (*)(const QStringList &arguments, Environment &environment);

struct CommandEntry
{
    const char *name;
    const char *summary; ///< QT_TRANSLATE_NOOP("Commands", ...)
    CommandFunction function;
};

/// Becomes serialbattery-gui with these arguments; returns only where that fails.
int startWindow(const QStringList &arguments);

int captureCommand(const QStringList &arguments, Environment &environment);
int configCommand(const QStringList &arguments, Environment &environment);
int controlCommand(const QStringList &arguments, Environment &environment);
int convertCommand(const QStringList &arguments, Environment &environment);
int demoCommand(const QStringList &arguments, Environment &environment);
int driversCommand(const QStringList &arguments, Environment &environment);
int guiCommand(const QStringList &arguments, Environment &environment);
int monitorCommand(const QStringList &arguments, Environment &environment);
int offerCommand(const QStringList &arguments, Environment &environment);
int parametersCommand(const QStringList &arguments, Environment &environment);
int readCommand(const QStringList &arguments, Environment &environment);
int replayCommand(const QStringList &arguments, Environment &environment);
int runCommand(const QStringList &arguments, Environment &environment);
int scanCommand(const QStringList &arguments, Environment &environment);
int simulateControlCommand(const QStringList &arguments, Environment &environment);
int simulateCommand(const QStringList &arguments, Environment &environment);
int statusCommand(const QStringList &arguments, Environment &environment);

} // namespace sb
