// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "drivers/allsimulators.h"
#include "session/detector.h"
#include "session/session.h"
#include "simulatedline.h"
#include "simulator/pack.h"
#include "simulator/simulatedbus.h"

#include <QTest>

using namespace sb;

namespace {

constexpr size_t packCount = 8;
constexpr size_t pulled = 3;
constexpr qint64 secondMs = 1000;
constexpr qint64 minuteMs = 60000;
constexpr double lowestSoc = 20; // of the first pack; each further one has more
constexpr double socStep = 8;

/// More addresses than detection seeks, where the user names them.
std::vector<int> rackAddresses(const DriverInfo &info)
{
    std::vector<int> addresses = lineAddresses(info);
    while (addresses.size() < packCount)
        addresses.push_back(*std::max_element(addresses.begin(), addresses.end()) + 1);
    return addresses;
}

/// The longest that one question of a poll waits for a pack that is not there.
qint64 longestTimeout(Driver &driver)
{
    std::vector<Request> requests;
    driver.requests(Phase::Poll, requests);
    qint64 longest = 0;
    for (const Request &request : requests)
        longest = std::max<qint64>(longest, request.timeoutMs + request.retryAfterMs);
    return longest;
}

} // namespace

/// A rack of one family: eight packs on one RS485 line. Follows the list of families: all of which several
/// packs can share a line.
class TestRacks : public QObject
{
    Q_OBJECT
private slots:
    void eachPackIsABatteryOfItsOwn_data();
    void eachPackIsABatteryOfItsOwn();
};

void TestRacks::eachPackIsABatteryOfItsOwn_data()
{
    QTest::addColumn<QString>("family");
    DriverRegistry drivers;
    addAllDrivers(drivers);
    QStringList families;
    for (const SimulatorDescriptor &simulator : allSimulators()) {
        const DriverInfo &info = drivers.find(simulator.driverId)->info;
        if (info.packAddresses.empty() && info.addresses.size() < packCount)
            continue;
        families.append(simulator.driverId);
        QTest::newRow(simulator.driverId.toLatin1().constData()) << simulator.driverId;
    }
    for (const char *asked : {"jk_pb", "pace", "seplosv3"})
        QVERIFY2(families.contains(QLatin1String(asked)), asked);
}

void TestRacks::eachPackIsABatteryOfItsOwn()
{
    QFETCH(const QString, family);
    DriverRegistry drivers;
    addAllDrivers(drivers);
    const DriverDescriptor &driver = *drivers.find(family);
    const std::vector<SimulatorDescriptor> simulators = allSimulators();
    const auto simulator = std::find_if(simulators.begin(), simulators.end(),
                                        [&](const auto &each) { return each.driverId == family; });
    const std::vector<int> addresses = rackAddresses(driver.info);

    VirtualClock clock;
    clock.advanceBy(minuteMs);
    std::vector<std::unique_ptr<Pack>> batteries;
    std::vector<std::unique_ptr<SimulatedDevice>> boards;
    SimulatedBus bus;
    for (size_t i = 0; i < packCount; ++i) {
        PackConfig config;
        config.cells = simulator->typicalCells;
        config.seed = i + 1;
        config.soc = (lowestSoc + socStep * static_cast<double>(i)) / 100;
        batteries.push_back(std::make_unique<Pack>(config, Profile::constant(0)));
        boards.push_back(simulator->create(*batteries.back(), addresses[i]));
        bus.add(*boards.back());
    }
    SimulatedLine line(bus, driver.info.serial.baudRates.front(), clock);
    Session session(line, clock, SessionSettings{});
    std::vector<PackLink *> packs;
    for (size_t i = 0; i < packCount; ++i)
        packs.push_back(session.addPack(driver.create({TransportKind::Serial, addresses[i], {}})));
    session.start();

    const auto status = [&](size_t i) { return packs[i]->linkStatus(clock.now()); };
    const auto hasItsOwnValues = [&](size_t i) {
        const BatteryState &values = packs[i]->state().values();
        return values.voltage && values.soc &&
               std::abs(*values.soc - lowestSoc - socStep * static_cast<double>(i)) < socStep / 2;
    };
    clock.advanceBy(minuteMs);
    for (size_t i = 0; i < packCount; ++i) {
        QVERIFY2(packs[i]->condition() == Condition::Fresh, qPrintable(status(i).lastError));
        QVERIFY(hasItsOwnValues(i));
        QCOMPARE(status(i).errors, 0U);
    }

    const quint64 before = status(0).polls;
    clock.advanceBy(minuteMs);
    const quint64 perMinute = status(0).polls - before;
    bus.setPresent(pulled, false);
    clock.advanceBy(minuteMs);
    QCOMPARE(packs[pulled]->condition(), Condition::Lost);
    QVERIFY(!packs[pulled]->state().values().voltage);
    for (size_t i = 0; i < packCount; ++i) {
        if (i == pulled)
            continue;
        QCOMPARE(packs[i]->condition(), Condition::Fresh);
        QCOMPARE(status(i).errors, 0U);
        QVERIFY(hasItsOwnValues(i));
    }
    // What a silent pack costs is its time-outs: all tries once, one per round until it is lost, then one a
    // minute.
    constexpr int timeouts = 6;
    const double left =
        1.0 - static_cast<double>(
                  timeouts * longestTimeout(*driver.create({TransportKind::Serial, addresses.front(), {}}))) /
                  minuteMs;
    const quint64 withSilent = status(0).polls - before - perMinute;
    QVERIFY2(static_cast<double>(withSilent + 1) >= left * static_cast<double>(perMinute),
             qPrintable(QStringLiteral("%1 instead of %2 polls").arg(withSilent).arg(perMinute)));

    bus.setPresent(pulled, true);
    clock.advanceBy(minuteMs + 20 * secondMs);
    for (size_t i = 0; i < packCount; ++i) {
        QCOMPARE(packs[i]->condition(), Condition::Fresh);
        QVERIFY(hasItsOwnValues(i));
        QVERIFY(i == pulled || status(i).errors == 0);
    }
}

QTEST_GUILESS_MAIN(TestRacks)
#include "tst_racks.moc"
