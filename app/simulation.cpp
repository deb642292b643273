// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/simulation.h"

#include "app/console.h"
#include "app/exitcode.h"
#include "app/privatebus.h"
#include "session/detector.h"
#include "simulatedradio/simulatedbluez.h"
#include "simulator/simulatedbus.h"

#include <QCoreApplication>

namespace sb {
namespace {

/// Boards measure several times per second; a reader polls once.
constexpr int tickMs = 250;
constexpr int mostBatteries = 64;

QString tr(const char *text) { return QCoreApplication::translate("Simulation", text); }

/// Of packs on one line: counting up from \a first, else those of the family, else from 1.
std::vector<int> packAddresses(const DriverInfo &info, std::optional<qint64> first, qint64 packs)
{
    const std::vector<int> usual = lineAddresses(info);
    if (packs == 1 && !first)
        return {-1};
    std::vector<int> addresses;
    for (qint64 i = 0; i < packs; ++i) {
        if (!first && static_cast<size_t>(packs) <= usual.size())
            addresses.push_back(usual[static_cast<size_t>(i)]);
        else
            addresses.push_back(static_cast<int>(first.value_or(1) + i));
    }
    return addresses;
}

} // namespace

struct Simulation::Port
{
    struct Board
    {
        std::unique_ptr<Pack> pack;
        std::unique_ptr<SimulatedDevice> device;
    };

    /// \a first: number of its first pack among all.
    Port(const Settings &settings, int first, const QString &link)
        : port(bus, {link, settings.scenario.faultShare, true, settings.echo, 20000, 2000,
                     settings.pack.seed + static_cast<quint64>(first)})
    {
        for (size_t i = 0; i < settings.addresses.size(); ++i) {
            const int number = first + static_cast<int>(i);
            PackConfig config = settings.pack;
            config.seed += static_cast<quint64>(number);
            // Boards without a serial number are told apart by model and capacity.
            config.capacityAh += number;
            auto pack = std::make_unique<Pack>(config, settings.scenario.profile.value_or(Profile::lively()));
            // Packs of one bank don't do the same at the same moment.
            pack->advance(static_cast<double>(config.seed % 17) * 7);
            auto device = settings.bms->create(*pack, settings.addresses[i]);
            bus.add(*device);
            boards.push_back({std::move(pack), std::move(device)});
        }
        for (const Fault fault : settings.faults)
            port.setFault(fault, true);
    }
    std::vector<Board> boards;
    SimulatedBus bus;
    SimulatorPort port;
};

/// The simulated Bluetooth service with its batteries, on the bus that is set, or one of its own.
struct Simulation::Radio
{
    struct Battery
    {
        std::unique_ptr<Pack> pack;
        std::unique_ptr<SimulatedDevice> device;
        std::unique_ptr<SimulatedPeripheral> peripheral;
    };

    explicit Radio(const Settings &settings)
        : ownBus(folder.path())
    {
        bluez.addAdapter(QStringLiteral("hci0"), QStringLiteral("00:1A:7D:DA:71:13"));
        SimulatedRadio radio = settings.bms->radio.value_or(SimulatedRadio());
        for (int i = 0; i < settings.count; ++i) {
            PackConfig config = settings.pack;
            config.seed += static_cast<quint64>(i);
            config.capacityAh += i;
            Battery battery;
            battery.pack =
                std::make_unique<Pack>(config, settings.scenario.profile.value_or(Profile::lively()));
            battery.pack->advance(static_cast<double>(config.seed % 17) * 7);
            battery.device = settings.bms->create(*battery.pack, settings.addresses.front());
            QByteArray bytes = QByteArray::fromHex(QByteArray(radio.address).replace(':', ""));
            bytes[5] = static_cast<char>(bytes.at(5) + i);
            battery.peripheral = std::make_unique<SimulatedPeripheral>(
                *battery.device, radio, QString::fromLatin1(bytes.toHex(':').toUpper()),
                settings.scenario.faultShare, config.seed);
            for (const Fault fault : settings.faults)
                battery.peripheral->setFault(fault, true);
            bluez.addPeripheral(QStringLiteral("hci0"), *battery.peripheral);
            batteries.push_back(std::move(battery));
        }
    }

    bool start(QString *error)
    {
        bus = qEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS");
        if (bus.isEmpty()) {
            if (!ownBus.start(error))
                return false;
            bus = ownBus.address();
        }
        return bluez.start(bus, error);
    }

    QTemporaryDir folder;
    PrivateBus ownBus;
    QString bus;
    std::vector<Battery> batteries;
    SimulatedBluez bluez;
};

Simulation::Simulation(const Settings &settings, QObject *parent)
    : QObject(parent)
    , m_events(settings.scenario.events)
    , m_running(m_events.size(), false)
{
    if (settings.bluetooth)
        m_radio = std::make_unique<Radio>(settings);
    for (int i = 0; i < settings.count && !settings.bluetooth; ++i) {
        const QString link = settings.link.isEmpty() || settings.count == 1
                                 ? settings.link
                                 : settings.link + QString::number(i);
        m_ports.push_back(
            std::make_unique<Port>(settings, i * static_cast<int>(settings.addresses.size()), link));
    }
    m_time.setInterval(tickMs);
    connect(&m_time, &QTimer::timeout, this, &Simulation::advance);
}

Simulation::~Simulation() = default;

bool Simulation::start(QString *error)
{
    if (m_radio && !m_radio->start(error))
        return false;
    for (const auto &port : m_ports) {
        if (!port->port.open(error))
            return false;
    }
    m_elapsed.start();
    m_time.start();
    applyEvents();
    return true;
}

QStringList Simulation::ports() const
{
    QStringList names;
    if (m_radio) {
        for (const Radio::Battery &battery : m_radio->batteries)
            names.append(battery.peripheral->address());
    }
    for (const auto &port : m_ports)
        names.append(port->port.portName());
    return names;
}

QString Simulation::bus() const { return m_radio ? m_radio->bus : QString(); }

void Simulation::advance()
{
    const qint64 ms = m_elapsed.restart();
    m_ms += ms;
    if (m_radio) {
        for (const Radio::Battery &battery : m_radio->batteries)
            battery.pack->advance(static_cast<double>(ms) / 1000);
    }
    for (const auto &port : m_ports) {
        for (const Port::Board &board : port->boards)
            board.pack->advance(static_cast<double>(ms) / 1000);
        m_words.clear();
        port->bus.elapsed(ms, m_words);
        port->port.speak(m_words);
    }
    applyEvents();
}

void Simulation::applyEvents()
{
    const double now = static_cast<double>(m_ms) / 1000;
    for (size_t i = 0; i < m_events.size(); ++i) {
        const ScenarioEvent &event = m_events[i];
        const bool on = now >= event.at && now < event.at + event.seconds;
        if (on == m_running[i])
            continue;
        m_running[i] = on;
        if (m_radio) {
            for (const Radio::Battery &battery : m_radio->batteries) {
                if (event.fault)
                    battery.peripheral->setFault(*event.fault, on);
            }
            if (event.pulled && static_cast<size_t>(*event.pulled) <= m_radio->batteries.size())
                m_radio->batteries[static_cast<size_t>(*event.pulled) - 1].peripheral->setPresent(!on);
        }
        for (const auto &port : m_ports) {
            if (event.fault)
                port->port.setFault(*event.fault, on);
            else if (static_cast<size_t>(*event.pulled) <= port->bus.size())
                port->bus.setPresent(static_cast<size_t>(*event.pulled) - 1, !on);
        }
    }
}

void addSimulationOptions(Options &options)
{
    options.value(QStringLiteral("bms"), QStringLiteral("ID"), tr("Which BMS to simulate (see \"drivers\")."),
                  QStringLiteral("jbd"));
    options.value(QStringLiteral("count"), QStringLiteral("N"), tr("So many batteries, each on a port."),
                  QStringLiteral("1"));
    options.value(QStringLiteral("packs"), QStringLiteral("N"),
                  tr("So many packs on each port, as on an RS485 line, with addresses that count up."),
                  QStringLiteral("1"));
    options.value(QStringLiteral("address"), QStringLiteral("A"),
                  tr("Bus address (of the first pack), where the protocol has one."));
    options.flag(QStringLiteral("ble"),
                 tr("Over Bluetooth: a simulated adapter and battery instead of a port; on the bus of "
                    "DBUS_SYSTEM_BUS_ADDRESS where that is set, else on one of its own."));
    options.value(QStringLiteral("scenario"), QStringLiteral("FILE"),
                  tr("What happens to the pack and its line: JSON with chemistry, cells, capacityAh, soc, "
                     "ambient, steps, events."));
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
    settings.bluetooth = options.isSet(QStringLiteral("ble")) || !driver->info.speaks(TransportKind::Serial);
    if (settings.bluetooth && !settings.bms->radio) {
        console::error(tr("--ble: \"%1\" is not reached over Bluetooth").arg(bms));
        return WrongUse;
    }
    const auto packs = options.integer(QStringLiteral("packs"), 1, mostBatteries);
    const auto count = options.integer(QStringLiteral("count"), 1, mostBatteries);
    const auto seed = options.integer(QStringLiteral("seed"), 0, std::numeric_limits<qint64>::max());
    if (!packs || !count || !seed)
        return WrongUse;
    settings.count = static_cast<int>(*count);
    settings.pack.seed = static_cast<quint64>(*seed);
    std::optional<qint64> address;
    if (options.isSet(QStringLiteral("address"))) {
        address = options.integer(QStringLiteral("address"), 0, 256 - *packs);
        if (!address)
            return WrongUse;
    }
    settings.addresses = packAddresses(driver->info, address, *packs);
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
        settings.scenario = *scenario;
    }
    return std::nullopt;
}

} // namespace sb
