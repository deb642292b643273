// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "app/options.h"
#include "simulator/pack.h"
#include "simulator/simulatorport.h"

#include <QTemporaryDir>

namespace sb {

/// Simulated batteries on pseudo terminals of this process, each with its own pack; time passes for them in
/// real time.
class Simulation : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        const SimulatorDescriptor *bms = nullptr;
        int count = 1;
        QString link; ///< of one; several get a number at the end
        int address = -1;
        std::set<Fault> faults;
        PackConfig pack;
        std::optional<Profile> profile;
        bool echo = false;
    };

    explicit Simulation(const Settings &settings, QObject *parent = nullptr);
    ~Simulation() override;

    [[nodiscard]] bool start(QString *error);
    [[nodiscard]] QStringList ports() const;

private:
    struct Board;
    void advance();

    std::vector<std::unique_ptr<Board>> m_boards;
    QTimer m_time;
    QElapsedTimer m_elapsed;
    std::vector<SimulatedReply> m_ignored;
};

/// The options that describe simulated batteries: --bms, --count, --scenario, --seed, --fault.
void addSimulationOptions(Options &options);
/// Reads them; prints the error and gives the exit code where they are wrong.
[[nodiscard]] std::optional<int> readSimulationOptions(const Options &options, const Environment &environment,
                                                       Simulation::Settings &settings);

} // namespace sb
