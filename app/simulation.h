// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command.h"
#include "app/options.h"
#include "simulator/scenario.h"

#include <QTemporaryDir>

namespace sb {

/// Simulated batteries on pseudo terminals of this process, or around a simulated Bluetooth adapter, each
/// with its own pack, or with several packs of different addresses; time passes for them in real time.
class Simulation : public QObject
{
    Q_OBJECT
public:
    struct Settings
    {
        const SimulatorDescriptor *bms = nullptr;
        int count = 1;
        QString link;                      ///< of one; several get a number at the end
        std::vector<int> addresses = {-1}; ///< of the packs on each port; -1: the usual one of the BMS
        std::set<Fault> faults;
        PackConfig pack;
        Scenario scenario;
        bool echo = false;
        bool bluetooth = false;
    };

    explicit Simulation(const Settings &settings, QObject *parent = nullptr);
    ~Simulation() override;

    [[nodiscard]] bool start(QString *error);
    /// Pseudo terminals, or Bluetooth addresses.
    [[nodiscard]] QStringList ports() const;
    /// The bus of the simulated Bluetooth service: what DBUS_SYSTEM_BUS_ADDRESS must be.
    [[nodiscard]] QString bus() const;

private:
    struct Port;
    struct Radio;
    void advance();
    void applyEvents();

    std::vector<std::unique_ptr<Port>> m_ports;
    std::unique_ptr<Radio> m_radio;
    std::vector<ScenarioEvent> m_events;
    std::vector<bool> m_running; ///< of each event
    qint64 m_ms = 0;             ///< since the start
    QTimer m_time;
    QElapsedTimer m_elapsed;
    std::vector<SimulatedReply> m_words; ///< scratch
};

/// The options that describe simulated batteries: --bms, --count, --packs, --scenario, --seed, --fault.
void addSimulationOptions(Options &options);
/// Reads them; prints the error and gives the exit code where they are wrong.
[[nodiscard]] std::optional<int> readSimulationOptions(const Options &options, const Environment &environment,
                                                       Simulation::Settings &settings);

} // namespace sb
