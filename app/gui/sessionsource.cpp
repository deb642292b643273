// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/exitcode.h"
#include "app/gui/batterysource.h"
#include "app/simulation.h"
#include "app/source.h"
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "model/batterylistmodel.h"

namespace sb {
namespace {

/// Batteries on serial ports, read by this process; simulated ones on demand.
class SessionSource : public BatterySource
{
    Q_OBJECT
public:
    /// \return false where the arguments are wrong; what is wrong stands on standard error then.
    bool configure(const QStringList &arguments)
    {
        addAllDrivers(m_environment.drivers);
        m_environment.simulators = allSimulators();
        const auto names = [&arguments](const char *option) {
            return std::any_of(arguments.begin(), arguments.end(), [option](const QString &argument) {
                return argument.section(QLatin1Char('='), 0, 0) == QLatin1String(option);
            });
        };
        m_demo = names("--demo") || !(names("--port") || names("--ble"));
        Options options(QStringLiteral("gui [--port PORT ...] [--ble \"ID MAC\" ...] [--demo [--count N]]"),
                        {});
        if (m_demo) {
            options.flag(QStringLiteral("demo"), {});
            addSimulationOptions(options);
        } else {
            options.source();
        }
        QStringList all{QStringLiteral("gui")};
        all.append(arguments);
        if (options.parse(all))
            return false;
        if (!m_demo)
            return !lineConfigs(options, m_environment, m_configs);
        return !readSimulationOptions(options, m_environment, m_settings);
    }

    [[nodiscard]] BatteryListModel *batteries() override { return &m_batteries; }

    void start() override
    {
        if (m_demo && !startSimulation())
            return;
        for (const LineConfig &config : m_configs)
            startLine(config);
    }

private:
    bool startSimulation()
    {
        m_settings.link = m_folder.filePath(QStringLiteral("demo"));
        m_simulation = std::make_unique<Simulation>(m_settings);
        QString error;
        if (!m_simulation->start(&error)) {
            emit failed(error, Unusable);
            return false;
        }
        // The simulated adapter stands for the machine's own.
        if (m_settings.bluetooth)
            qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_simulation->bus().toUtf8());
        setMessage(tr("Looking for the simulated battery"));
        for (const QString &port : m_simulation->ports()) {
            LineConfig config;
            config.port = port;
            config.label = tr("simulated");
            if (m_settings.bluetooth) {
                config.kind = TransportKind::Bluetooth;
                config.control.offlineAfterS = control::offlineAfterBluetoothS;
            }
            m_configs.push_back(config);
        }
        return true;
    }

    void startLine(const LineConfig &config)
    {
        if (!m_demo)
            setMessage(tr("Looking for a battery on %1").arg(config.port));
        m_lines.push_back(makeLine(config, m_environment, m_clock, m_demo ? nullptr : &m_cache));
        Line *line = m_lines.back().get();
        connect(line, &Line::batteryAdded, this, [this](Battery *battery) {
            m_batteries.append(&battery->model());
            setMessage({});
        });
        connect(line, &Line::batteryRemoved, this,
                [this](Battery *battery) { m_batteries.remove(&battery->model()); });
        connect(line, &Line::openFailed, this, [this](const LinkError &error) { setMessage(error.text); });
        connect(line, &Line::nothingFound, this, [this, port = config.port] {
            setMessage(tr("No BMS answers on %1: is it awake and connected?").arg(port));
        });
        line->start();
    }

    Environment m_environment;
    SystemClock m_clock;
    DetectionCache m_cache{stateFolder() + QStringLiteral("/detected.json")};
    bool m_demo = false;
    QTemporaryDir m_folder;
    Simulation::Settings m_settings;
    std::vector<LineConfig> m_configs;
    BatteryListModel m_batteries;
    std::unique_ptr<Simulation> m_simulation;
    std::vector<std::unique_ptr<Line>> m_lines;
};

} // namespace

std::unique_ptr<BatterySource> makeBatterySource(const QStringList &arguments, QString *error)
{
    auto source = std::make_unique<SessionSource>();
    if (source->configure(arguments))
        return source;
    *error = QCoreApplication::translate("SessionSource", "\"serialbattery-gui --help\" lists the options");
    return nullptr;
}

} // namespace sb

#include "sessionsource.moc"
