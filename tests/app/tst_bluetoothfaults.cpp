// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "radioworld.h"

using namespace sb;

/// What goes wrong over the air, one after the other: the battery comes back by itself, within what the
/// pauses between attempts allow, and nothing wrong is ever shown.
class TestBluetoothFaults : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void answersLate();
    void fallsSilent();
    void sendsWrongChecksums();
    void losesTheLinkInsideAFrame();
    void refusesToConnect();
    void isForgottenWhenItKeepsRefusing();
    void hangsWhenConnecting();
    void adapterIsSwitchedOff();
    void adapterIsRemoved();
    void bluetoothServiceRestarts();
    void batteriesAreConnectedOneAfterTheOther();
    void isNotInTheCache();
    void isForgottenWhileItsTurnComes();
    void isKnownButNobodyTellsHowWellItIsHeard();
    void refusesTheWriteMode();
    void hasAnOddName();
    void isInUseByAPhoneApp();
    void pauseFreesTheLink();
    void typeThatItIsNotIsTold();
    void adapterThatIsNotThereIsTold();

private:
    RadioReader &read(const QString &id, const QString &address);
    void wait(int ms) { QTest::qWait(ms); }
    /// Fresh again, after a reading that is newer than this call.
    [[nodiscard]] bool comesBack(RadioReader &reader, int withinMs)
    {
        const int before = reader.readings;
        return QTest::qWaitFor([&] { return reader.readings > before && reader.isFresh(); }, withinMs);
    }

    static constexpr auto address = "A4:C1:38:00:11:22";
    /// A machine under load adds its share to what the program takes.
    static constexpr int slack = 6000;

    std::unique_ptr<RadioWorld> m_world;
    std::vector<std::unique_ptr<RadioBattery>> m_batteries;
    std::vector<std::unique_ptr<RadioReader>> m_readers;
};

void TestBluetoothFaults::init()
{
    // One bus for all: QtBluetooth keeps its connection.
    if (!m_world) {
        m_world = std::make_unique<RadioWorld>();
        QString error;
        QVERIFY2(m_world->start(&error), qPrintable(error));
    }
    m_batteries.push_back(m_world->add(QStringLiteral("jbd"), QLatin1String(address)));
}

void TestBluetoothFaults::cleanup()
{
    for (const auto &reader : m_readers) {
        if (!reader->wrong.isEmpty())
            QFAIL(qPrintable(QStringLiteral("shown: ") + reader->wrong.join(QLatin1Char(' '))));
        reader->line->stop();
    }
    m_readers.clear();
    // The link is let go, whatever happened to it.
    constexpr int closedWithinMs = 5000;
    m_world->remove(m_batteries, closedWithinMs);
}

RadioReader &TestBluetoothFaults::read(const QString &id, const QString &at)
{
    m_readers.push_back(std::make_unique<RadioReader>(m_world->config(id, at), *m_batteries.front(),
                                                      m_world->environment, m_world->clock));
    return *m_readers.back();
}

void TestBluetoothFaults::answersLate()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    m_batteries.front()->peripheral->answerDelayMs = 2000;
    wait(6000);
    m_batteries.front()->peripheral->answerDelayMs = 0;
    QVERIFY(comesBack(reader, 5000 + slack));
}

void TestBluetoothFaults::fallsSilent()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    SimulatedPeripheral &radio = *m_batteries.front()->peripheral;
    const quint64 connections = radio.connections();
    radio.setFault(Fault::Silence, true);
    // The link stays, and is made anew all the same.
    QTRY_VERIFY_WITH_TIMEOUT(radio.connections() > connections, 10000 + 6000 + slack);
    radio.setFault(Fault::Silence, false);
    QVERIFY(comesBack(reader, 10000 + slack));
}

void TestBluetoothFaults::sendsWrongChecksums()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    m_batteries.front()->peripheral->setFault(Fault::WrongChecksum, true);
    wait(6000);
    m_batteries.front()->peripheral->setFault(Fault::WrongChecksum, false);
    QVERIFY(comesBack(reader, 5000 + slack));
}

void TestBluetoothFaults::losesTheLinkInsideAFrame()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    SimulatedPeripheral &radio = *m_batteries.front()->peripheral;
    radio.loseLinkAfter(25);
    QTRY_VERIFY_WITH_TIMEOUT(radio.connections() == 2, 5000 + slack); // the first try is at once
    QVERIFY(comesBack(reader, 3000 + slack));
}

void TestBluetoothFaults::refusesToConnect()
{
    m_batteries.front()->peripheral->setConnecting(SimulatedPeripheral::Connecting::Refuses, 2);
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 0 + 2000 + 2000 + slack)); // at once, then after 2 s
    QVERIFY(!reader.errors.isEmpty());
}

void TestBluetoothFaults::isForgottenWhenItKeepsRefusing()
{
    // What BlueZ remembers of it may be why: it is taken from its memory, once.
    const int removals = m_world->bluez.removals;
    m_batteries.front()->peripheral->setConnecting(SimulatedPeripheral::Connecting::Refuses, 4);
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    constexpr int eachAttempt = 1000; // is heard, refuses
    QVERIFY(comesBack(reader, 0 + 2000 + 5000 + 10000 + 5 * eachAttempt + slack));
    QCOMPARE(m_world->bluez.removals, removals + 1);
}

void TestBluetoothFaults::hangsWhenConnecting()
{
    m_batteries.front()->peripheral->setConnecting(SimulatedPeripheral::Connecting::Hangs, 1);
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 22000 + 3000 + slack));
    QVERIFY(!reader.errors.filter(QStringLiteral("phone app")).isEmpty());
}

void TestBluetoothFaults::adapterIsSwitchedOff()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    m_world->bluez.setPowered(QStringLiteral("hci0"), false);
    wait(4000);
    QVERIFY(!reader.isFresh());
    m_world->bluez.setPowered(QStringLiteral("hci0"), true);
    QVERIFY(comesBack(reader, 3000 + slack)); // no pause is waited for
}

void TestBluetoothFaults::adapterIsRemoved()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    m_world->bluez.removeAdapter(QStringLiteral("hci0"));
    wait(4000);
    QVERIFY(!reader.isFresh());
    m_world->bluez.addAdapter(QStringLiteral("hci0"), QStringLiteral("00:1A:7D:DA:71:13"));
    QVERIFY(comesBack(reader, 3000 + slack));
}

void TestBluetoothFaults::bluetoothServiceRestarts()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    m_world->bluez.stop();
    wait(3000);
    QVERIFY(!reader.isFresh());
    QString error;
    QVERIFY2(m_world->bluez.start(m_world->busAddress(), &error), qPrintable(error));
    QVERIFY(comesBack(reader, 5000 + slack));
}

void TestBluetoothFaults::batteriesAreConnectedOneAfterTheOther()
{
    for (int i = 1; i < 4; ++i)
        m_batteries.push_back(
            m_world->add(QStringLiteral("jbd"), QStringLiteral("A4:C1:38:00:11:%1").arg(30 + i)));
    for (const auto &battery : m_batteries) {
        battery->peripheral->connectMs = 300;
        (void)read(QStringLiteral("jbd"), battery->peripheral->address());
    }
    for (const auto &reader : m_readers)
        QTRY_VERIFY_WITH_TIMEOUT(reader->isFresh(), 10000 + slack);
    QCOMPARE(m_world->bluez.mostParallelConnects, 1);
}

void TestBluetoothFaults::isNotInTheCache()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    // BlueZ forgets it while it is out of range.
    SimulatedPeripheral &radio = *m_batteries.front()->peripheral;
    radio.setPresent(false);
    m_world->bluez.forget(radio);
    wait(3000);
    radio.setPresent(true);
    QVERIFY(comesBack(reader, 5000 + slack));
}

void TestBluetoothFaults::isForgottenWhileItsTurnComes()
{
    // It was heard, as another one was looked for, and BlueZ drops it just when it is connected: no failure
    // of the battery, and no pause.
    const QString absent = QStringLiteral("A4:C1:38:00:11:55");
    m_batteries.push_back(m_world->add(QStringLiteral("jbd"), absent));
    m_batteries.back()->peripheral->setPresent(false);
    (void)read(QStringLiteral("jbd"), absent);
    wait(2000);
    m_world->bluez.forgetWhenAsked = m_batteries.front()->peripheral.get();
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 3000 + slack));
    QVERIFY(!m_world->bluez.forgetWhenAsked);
    QVERIFY2(reader.errors.isEmpty(), qPrintable(reader.errors.join(QLatin1Char('\n'))));
}

void TestBluetoothFaults::isKnownButNobodyTellsHowWellItIsHeard()
{
    m_batteries.front()->peripheral->tellsStrength = false;
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 20000 + 2000 + slack)); // looked for in vain, then tried all the same
}

void TestBluetoothFaults::refusesTheWriteMode()
{
    // The characteristic says that it takes both kinds of writes, and takes one.
    m_world->bluez.removePeripheral(*m_batteries.front()->peripheral);
    m_batteries.clear();
    m_batteries.push_back(m_world->add(QStringLiteral("litime"), QStringLiteral("C8:47:80:15:67:45")));
    m_batteries.front()->peripheral->setFlags(QStringLiteral("ffe2"), "write,write-without-response");
    m_batteries.front()->peripheral->refusesRequests = true;
    RadioReader &reader = read(QStringLiteral("litime"), QStringLiteral("C8:47:80:15:67:45"));
    QVERIFY(comesBack(reader, 8000 + slack));
}

void TestBluetoothFaults::hasAnOddName()
{
    // Blanks at its end, and an address as people type it: it is found out all the same.
    m_batteries.push_back(m_world->add(QStringLiteral("jbd"), QStringLiteral("A4:C1:38:00:11:44")));
    m_batteries.back()->peripheral->setName("JBD-SP04S034   \r\n");
    RadioReader &reader = read({}, QStringLiteral("a4-c1-38-00-11-44"));
    QVERIFY(comesBack(reader, 8000 + slack));
    QCOMPARE(reader.current->pack().driver().info().id, QStringLiteral("jbd"));
}

void TestBluetoothFaults::isInUseByAPhoneApp()
{
    SimulatedPeripheral &radio = *m_batteries.front()->peripheral;
    radio.setTakenByPhone(true);
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QTRY_VERIFY_WITH_TIMEOUT(!reader.errors.filter(QStringLiteral("in use by a phone app")).isEmpty(),
                             23000 + slack);
    radio.setTakenByPhone(false);
    QVERIFY(comesBack(reader, 10000 + slack));
}

void TestBluetoothFaults::pauseFreesTheLink()
{
    RadioReader &reader = read(QStringLiteral("jbd"), QLatin1String(address));
    QVERIFY(comesBack(reader, 5000 + slack));
    SimulatedPeripheral &radio = *m_batteries.front()->peripheral;
    reader.current->pause(6000);
    // Another central can have it.
    QTRY_VERIFY_WITH_TIMEOUT(radio.isVisible(), 4000);
    QCOMPARE(reader.current->model().condition(), Condition::Paused);
    radio.setTakenByPhone(true);
    wait(2000);
    radio.setTakenByPhone(false);
    QVERIFY(comesBack(reader, 10000 + slack));
}

void TestBluetoothFaults::typeThatItIsNotIsTold()
{
    RadioReader &reader = read(QStringLiteral("litime"), QLatin1String(address));
    QTRY_VERIFY_WITH_TIMEOUT(!reader.errors.filter(QStringLiteral("right type")).isEmpty(), 8000 + slack);
}

void TestBluetoothFaults::adapterThatIsNotThereIsTold()
{
    LineConfig config = m_world->config(QStringLiteral("jbd"), QLatin1String(address));
    config.adapter = QStringLiteral("hci7");
    m_readers.push_back(
        std::make_unique<RadioReader>(config, *m_batteries.front(), m_world->environment, m_world->clock));
    QTRY_VERIFY_WITH_TIMEOUT(!m_readers.back()->errors.filter(QStringLiteral("hci7")).isEmpty(),
                             3000 + slack);
}

QTEST_GUILESS_MAIN(TestBluetoothFaults)
#include "tst_bluetoothfaults.moc"
