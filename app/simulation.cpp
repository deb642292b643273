// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulation.h"

#include "app/console.h"
#include "app/exitcode.h"

#include <QCoreApplication>

namespace sb {
namespace {

/// Boards measure several times per second; a reader polls once.
constexpr int tickMs = 250;
constexpr int mostBatteries = 64;

QString tr(const char *text) { return QCoreApplication::translate("Simulation", text); }

} // namespace

struct Simulation::Board
{
    Board(const Settings &settings, const PackConfig &config, const QString &link)
        : pack(config, settings.profile.value_or(Profile::lively()))
        , device(settings.bms->create(pack, settings.address))
        , port(*device, {link, 0.2, true, settings.echo, 20000, 2000, config.seed})
    {
        for (const Fault fault : settings.faults)
            port.setFault(fault, true);
        // Packs of one bank don't do the same at the same moment.
        pack.advance(static_cast<double>(config.seed % 17) * 7);
    }
    Pack pack;
    std::unique_ptr<SimulatedDevice> device;
    SimulatorPort port;
};

Simulation::Simulation(const Settings &settings, QObject *parent)
    : QObject(parent)
{
    for (int i = 0; i < settings.count; ++i) {
        PackConfig config = settings.pack;
        config.seed += static_cast<quint64>(i);
        // Boards without a serial number are told apart by model and capacity.
        config.capacityAh += i;
        const QString link = settings.link.isEmpty() || settings.count == 1
                                 ? settings.link
                                 : settings.link + QString::number(i);
        m_boards.push_back(std::make_unique<Board>(settings, config, link));
    }
    m_time.setInterval(tickMs);
    connect(&m_time, &QTimer::timeout, this, &Simulation::advance);
}

Simulation::~Simulation() = default;

bool Simulation::start(QString *error)
{
    for (const auto &board : m_boards) {
        if (!board->port.open(error))
            return false;
    }
    m_elapsed.start();
    m_time.start();
    return true;
}

QStringList Simulation::ports() const
{
    QStringList names;
    for (const auto &board : m_boards)
        names.append(board->port.portName());
    return names;
}

void Simulation::advance()
{
    const qint64 ms = m_elapsed.restart();
    for (const auto &board : m_boards) {
        board->pack.advance(static_cast<double>(ms) / 1000);
        m_ignored.clear();
        board->device->elapsed(ms, m_ignored);
    }
}

void addSimulationOptions(Options &options)
{
    options.value(QStringLiteral("bms"), QStringLiteral("ID"), tr("Which BMS to simulate (see \"drivers\")."),
                  QStringLiteral("jbd"));
    options.value(QStringLiteral("count"), QStringLiteral("N"), tr("So many batteries."),
                  QStringLiteral("1"));
    options.value(QStringLiteral("address"), QStringLiteral("A"),
                  tr("Bus address, where the protocol has one."));
    options.value(
        QStringLiteral("scenario"), QStringLiteral("FILE"),
        tr("What happens to the pack: JSON with chemistry, cells, capacityAh, soc, ambient, steps."));
    options.value(QStringLiteral("seed"), QStringLiteral("S"), tr("The same seed makes the same battery."),
                  QStringLiteral("1"));
    options.value(
        QStringLiteral("fault"), QStringLiteral("KIND"),
        tr("noise, truncate, wrong-checksum, drop, delay, silence or hang-up; may be given several times."));
}

std::optional<int> readSimulationOptions(const Options &options, const Environment &environment,
                                         Simulation::Settings &settings)
{
    const QString bms = options.value(QStringLiteral("bms"));
    const DriverDescriptor *driver = environment.drivers.find(bms);
    for (const SimulatorDescriptor &simulator : environment.simulators) {
        if (driver && simulator.driverId == driver->info.id)
            settings.bms = &simulator;
    }
    if (!settings.bms) {
        console::error(driver ? tr("there is no simulator of \"%1\"").arg(bms)
                              : tr("unknown BMS \"%1\" (\"serialbattery drivers\" lists them)").arg(bms));
        return WrongUse;
    }
    settings.pack.cells = settings.bms->typicalCells;
    const auto count = options.integer(QStringLiteral("count"), 1, mostBatteries);
    const auto seed = options.integer(QStringLiteral("seed"), 0, std::numeric_limits<qint64>::max());
    if (!count || !seed)
        return WrongUse;
    settings.count = static_cast<int>(*count);
    settings.pack.seed = static_cast<quint64>(*seed);
    if (options.isSet(QStringLiteral("address"))) {
        const auto address = options.integer(QStringLiteral("address"), 0, 255);
        if (!address)
            return WrongUse;
        settings.address = static_cast<int>(*address);
    }
    for (const QString &name : options.values(QStringLiteral("fault"))) {
        const auto fault = faultFromName(name);
        if (!fault) {
            console::error(
                tr("--fault %1: use noise, truncate, wrong-checksum, drop, delay, silence or hang-up")
                    .arg(name));
            return WrongUse;
        }
        settings.faults.insert(*fault);
    }
    if (options.isSet(QStringLiteral("scenario"))) {
        QString error;
        const auto scenario = readScenario(options.value(QStringLiteral("scenario")), settings.pack, &error);
        if (!scenario) {
            console::error(error);
            return WrongUse;
        }
        settings.profile = scenario->profile;
    }
    return std::nullopt;
}

} // namespace sb
