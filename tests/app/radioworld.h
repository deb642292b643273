// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/privatebus.h"
#include "app/source.h"
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "patience.h"
#include "simulatedradio/simulatedbluez.h"
#include "simulator/pack.h"

#include <QTemporaryDir>
#include <QTest>

namespace sb {

/// A simulated board with its radio, and what a reader must find in it.
struct RadioBattery
{
    RadioBattery(const SimulatorDescriptor &simulator, const QString &address, int chunk = -1)
        : pack(config(simulator), Profile::constant(0))
        , device(simulator.create(pack, -1))
    {
        pack.limits().balancerEnabled = false;
        pack.advance(1);
        SimulatedRadio radio = *simulator.radio;
        if (chunk >= 0)
            radio.chunk = chunk;
        peripheral = std::make_unique<SimulatedPeripheral>(*device, radio, address);
    }

    /// Nothing in it changes: whatever is published must be this.
    static PackConfig config(const SimulatorDescriptor &simulator)
    {
        PackConfig config;
        config.cells = simulator.typicalCells;
        config.noiseVolts = 0;
        config.noiseAmperes = 0;
        config.capacityAh = 100;
        return config;
    }

    Pack pack;
    std::unique_ptr<SimulatedDevice> device;
    std::unique_ptr<SimulatedPeripheral> peripheral;
};

/// A line to a battery, and a witness of everything that it shows.
struct RadioReader
{
    RadioReader(const LineConfig &config, const RadioBattery &battery, const Environment &environment,
                Clock &clock, TrafficTap *tap = nullptr)
        : truth(battery.pack.voltage())
        , line(makeLine(config, environment, clock, nullptr, tap))
    {
        QObject::connect(line.get(), &Line::batteryAdded, line.get(), [this](Battery *added) {
            current = added;
            see();
            QObject::connect(&added->model(), &BatteryModel::updated, line.get(), [this] { see(); });
        });
        QObject::connect(line.get(), &Line::batteryRemoved, line.get(), [this] { current = nullptr; });
        QObject::connect(line.get(), &Line::openFailed, line.get(),
                         [this](const LinkError &error) { errors.append(error.text); });
        line->start();
        sinceFresh.start();
    }

    void see()
    {
        const BatteryState &values = current->model().values();
        // A tenth of a volt is what the coarsest of them can tell.
        if (values.voltage && std::abs(*values.voltage - truth) > 0.01 * truth + 0.05)
            wrong.append(QString::number(*values.voltage));
        if (current->model().condition() == Condition::Fresh) {
            longestGapMs = std::max(longestGapMs, sinceFresh.restart());
            ++readings;
        }
    }

    [[nodiscard]] bool isFresh() const { return current && current->model().condition() == Condition::Fresh; }

    double truth;
    std::unique_ptr<Line> line;
    Battery *current = nullptr;
    QStringList wrong;
    QStringList errors;
    QElapsedTimer sinceFresh;
    qint64 longestGapMs = 0;
    int readings = 0;
};

/// A Bluetooth adapter with batteries around it, for the real QtBluetooth.
class RadioWorld
{
public:
    RadioWorld()
        : m_bus(m_folder.path())
    {
        addAllDrivers(environment.drivers);
        environment.simulators = allSimulators();
    }

    [[nodiscard]] bool start(QString *error)
    {
        if (!m_bus.start(error))
            return false;
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_bus.address().toUtf8());
        bluez.addAdapter(QStringLiteral("hci0"), QStringLiteral("00:1A:7D:DA:71:13"));
        return bluez.start(m_bus.address(), error);
    }
    [[nodiscard]] QString busAddress() const { return m_bus.address(); }

    [[nodiscard]] const SimulatorDescriptor *simulator(const QString &id) const
    {
        for (const SimulatorDescriptor &each : environment.simulators) {
            if (each.driverId == id)
                return &each;
        }
        return nullptr;
    }

    std::unique_ptr<RadioBattery> add(const QString &id, const QString &address, int chunk = -1)
    {
        auto battery = std::make_unique<RadioBattery>(*simulator(id), address, chunk);
        bluez.addPeripheral(QStringLiteral("hci0"), *battery->peripheral);
        return battery;
    }

    /// They are gone once nobody holds a link to them any more.
    void remove(std::vector<std::unique_ptr<RadioBattery>> &batteries, int withinMs = patienceMs)
    {
        for (const auto &battery : batteries) {
            QTRY_VERIFY_WITH_TIMEOUT(!battery->peripheral->isConnected(), withinMs);
            bluez.removePeripheral(*battery->peripheral);
        }
        batteries.clear();
    }

    /// \a id empty: it has to be found out.
    [[nodiscard]] LineConfig config(const QString &id, const QString &address) const
    {
        LineConfig config;
        config.kind = TransportKind::Bluetooth;
        config.port = bluetoothAddress(address);
        config.driver = id.isEmpty() ? nullptr : environment.drivers.find(id);
        config.control.offlineAfterS = control::offlineAfterBluetoothS;
        return config;
    }

private:
    QTemporaryDir m_folder;
    PrivateBus m_bus;

public:
    SystemClock clock;
    SimulatedBluez bluez;
    Environment environment; ///< goes first: its links are closed while the adapter is there
};

} // namespace sb
