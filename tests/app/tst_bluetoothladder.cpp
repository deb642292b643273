// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "radioworld.h"

using namespace sb;

/// What is done when a whole adapter seems to hang, each step only where the former did not help and nobody
/// has a link that would be lost by it. Two minutes between the steps are two seconds here.
class TestBluetoothLadder : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanup();
    void nothingWhileABatteryWorks();
    void nothingWhileOthersUseTheAdapter();
    void nothingForABatteryThatIsNotHeard();
    void powerThenTheService();
    void powerComesBackAtTheEnd();

private:
    static constexpr auto one = "A4:C1:38:00:33:01";
    static constexpr auto other = "A4:C1:38:00:33:02";
    static constexpr int troubleMs = 2000;

    RadioBattery &add(const char *address, SimulatedPeripheral::Connecting how)
    {
        m_batteries.push_back(m_world->add(QStringLiteral("jbd"), QLatin1String(address)));
        m_batteries.back()->peripheral->setConnecting(how);
        return *m_batteries.back();
    }
    RadioReader &read(const char *address)
    {
        m_readers.push_back(
            std::make_unique<RadioReader>(m_world->config(QStringLiteral("jbd"), QLatin1String(address)),
                                          *m_batteries.front(), m_world->environment, m_world->clock));
        return *m_readers.back();
    }
    [[nodiscard]] bool restarted() const { return QFile::exists(m_restarted); }

    QTemporaryDir m_folder;
    QString m_restarted;
    std::unique_ptr<RadioWorld> m_world;
    std::vector<std::unique_ptr<RadioBattery>> m_batteries;
    std::vector<std::unique_ptr<RadioReader>> m_readers;
};

void TestBluetoothLadder::initTestCase()
{
    m_world = std::make_unique<RadioWorld>();
    m_restarted = m_folder.filePath(QStringLiteral("restarted"));
    m_world->environment.radio = {{QStringLiteral("touch"), m_restarted}, troubleMs};
    QString error;
    QVERIFY2(m_world->start(&error), qPrintable(error));
}

void TestBluetoothLadder::cleanup()
{
    for (const auto &reader : m_readers)
        reader->line->stop();
    m_readers.clear();
    m_world->remove(m_batteries);
    m_world->bluez.powerCycles = 0;
}

void TestBluetoothLadder::nothingWhileABatteryWorks()
{
    (void)add(one, SimulatedPeripheral::Connecting::Accepts);
    (void)add(other, SimulatedPeripheral::Connecting::Refuses);
    RadioReader &works = read(one);
    QTRY_VERIFY_WITH_TIMEOUT(works.isFresh(), patienceMs);
    RadioReader &refused = read(other);
    QTRY_VERIFY_WITH_TIMEOUT(refused.errors.size() >= 3, patienceMs);
    QTest::qWait(2 * troubleMs);
    QCOMPARE(m_world->bluez.powerCycles, 0);
    QVERIFY(works.isFresh());
    QVERIFY(!restarted());
}

void TestBluetoothLadder::nothingWhileOthersUseTheAdapter()
{
    // Connected through the same adapter by another program.
    (void)add(one, SimulatedPeripheral::Connecting::Refuses);
    RadioBattery &foreign = add(other, SimulatedPeripheral::Connecting::Accepts);
    QVERIFY(m_world->bluez.connectForAnother(*foreign.peripheral));
    RadioReader &refused = read(one);
    QTRY_VERIFY_WITH_TIMEOUT(refused.errors.size() >= 3, patienceMs);
    QTest::qWait(2 * troubleMs);
    QCOMPARE(m_world->bluez.powerCycles, 0);
    QVERIFY(foreign.peripheral->isConnected());
    QVERIFY(!restarted());
    m_world->bluez.removePeripheral(*foreign.peripheral);
}

void TestBluetoothLadder::nothingForABatteryThatIsNotHeard()
{
    add(one, SimulatedPeripheral::Connecting::Accepts).peripheral->setPresent(false);
    RadioReader &absent = read(one);
    QTRY_VERIFY_WITH_TIMEOUT(!absent.errors.isEmpty(), patienceMs);
    QTest::qWait(2 * troubleMs);
    QCOMPARE(m_world->bluez.powerCycles, 0);
    QVERIFY(!restarted());
}

void TestBluetoothLadder::powerThenTheService()
{
    RadioBattery &battery = add(one, SimulatedPeripheral::Connecting::Refuses);
    RadioReader &reader = read(one);
    QTRY_VERIFY_WITH_TIMEOUT(!m_world->bluez.isPowered(QStringLiteral("hci0")), patienceMs);
    QVERIFY(!restarted());
    QTRY_VERIFY_WITH_TIMEOUT(m_world->bluez.isPowered(QStringLiteral("hci0")), patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(restarted(), patienceMs);
    QCOMPARE(m_world->bluez.powerCycles, 1);
    battery.peripheral->setConnecting(SimulatedPeripheral::Connecting::Accepts);
    QTRY_VERIFY_WITH_TIMEOUT(reader.isFresh(), patienceMs);
}

void TestBluetoothLadder::powerComesBackAtTheEnd()
{
    // The program ends in the two seconds in which the adapter is off.
    (void)add(one, SimulatedPeripheral::Connecting::Refuses);
    (void)read(one);
    QTRY_VERIFY_WITH_TIMEOUT(!m_world->bluez.isPowered(QStringLiteral("hci0")), patienceMs);
    m_readers.clear();
    m_world->environment.endBluetooth();
    QTRY_VERIFY_WITH_TIMEOUT(m_world->bluez.isPowered(QStringLiteral("hci0")), patienceMs);
}

QTEST_GUILESS_MAIN(TestBluetoothLadder)
#include "tst_bluetoothladder.moc"
