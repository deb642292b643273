// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/publisher.h"
#include "app/recording.h"
#include "radioworld.h"
#include "session/session.h"
#include "transport/capture.h"
#include "transport/replaytransport.h"

#include <QDBusConnectionInterface>

using namespace sb;

/// Every Bluetooth family the whole way, through QtBluetooth as it is: its advertisement is heard, it is
/// connected, recognised without being named, read and published. Follows the list of families by itself.
class TestBluetoothBatteries : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void isReadAndPublished_data();
    void isReadAndPublished();
    void aStreamIsTakenAsItComes();
    void recordsWhichCharacteristics();
    void equalBatteriesAreTwo_data();
    void equalBatteriesAreTwo();
    void cleanupTestCase();

private:
    static QString serviceOf(const SimulatedPeripheral &radio)
    {
        return QStringLiteral("com.victronenergy.battery.ble_") +
               radio.address().toLower().remove(QLatin1Char(':'));
    }
    void replays(const QString &fileName, const QString &family, double voltage, int cells);

    /// A search among several candidates, on a machine that does other things, too.
    static constexpr int limitMs = patienceMs;

    std::unique_ptr<RadioWorld> m_world;
    std::unique_ptr<Publisher> m_publisher;
    QTemporaryDir m_folder;
};

void TestBluetoothBatteries::initTestCase()
{
    m_world = std::make_unique<RadioWorld>();
    QString error;
    QVERIFY2(m_world->start(&error), qPrintable(error));
    m_publisher = std::make_unique<Publisher>(
        Publisher::Settings{m_world->busAddress(),
                            false,
                            {DeviceStores::Where::File, m_folder.filePath(QStringLiteral("b.json")), {}}});
}

void TestBluetoothBatteries::isReadAndPublished_data()
{
    QTest::addColumn<QString>("family");
    for (const DriverDescriptor &driver : m_world->environment.drivers.all()) {
        if (driver.info.speaks(TransportKind::Bluetooth))
            QTest::newRow(qPrintable(driver.info.id)) << driver.info.id;
    }
}

void TestBluetoothBatteries::isReadAndPublished()
{
    QFETCH(const QString, family);
    const SimulatorDescriptor *simulator = m_world->simulator(family);
    QVERIFY2(simulator && simulator->radio, "no simulator with a radio");
    // One that cuts its answers into notifications of 20 bytes, one that sends them whole, both at once; and
    // all that was said is recorded.
    std::vector<std::unique_ptr<Recording>> recordings;
    std::vector<std::unique_ptr<RadioBattery>> batteries;
    std::vector<std::unique_ptr<RadioReader>> readers;
    for (const int chunk : {20, 0}) {
        // The maker's half of the address may be all that tells the family.
        const QString address = QStringLiteral("%1:10:00:%2")
                                    .arg(QString::fromLatin1(simulator->radio->address).left(8))
                                    .arg(chunk, 2, 10, QLatin1Char('0'));
        batteries.push_back(m_world->add(family, address, chunk));
        LineConfig config = m_world->config({}, address);
        config.publishing.portAsIdentifier = true; // both have one serial number
        config.options.insert(QStringLiteral("cells"), simulator->typicalCells);
        QString error;
        recordings.push_back(
            Recording::inFolder(m_folder.filePath(family), false, config, m_world->clock, &error));
        QVERIFY2(recordings.back(), qPrintable(error));
        readers.push_back(std::make_unique<RadioReader>(config, *batteries.back(), m_world->environment,
                                                        m_world->clock, recordings.back()->tap()));
        recordings.back()->follow(*readers.back()->line);
        m_publisher->add(*readers.back()->line);
    }
    const QDBusConnection bus =
        QDBusConnection::connectToBus(m_world->busAddress(), QStringLiteral("reader"));
    for (size_t i = 0; i < readers.size(); ++i) {
        RadioReader &reader = *readers[i];
        const SimulatedPeripheral &radio = *batteries[i]->peripheral;
        QTRY_VERIFY2_WITH_TIMEOUT(reader.readings >= 2,
                                  qPrintable(radio.address() + reader.errors.join(QLatin1Char('\n'))),
                                  limitMs);
        QVERIFY2(reader.wrong.isEmpty(), qPrintable(reader.wrong.join(QLatin1Char(' '))));
        QCOMPARE(reader.current->pack().driver().info().id, family);
        const BatteryState &values = reader.current->model().values();
        QVERIFY(values.voltage && values.current);
        QCOMPARE(values.cellCount.value_or(0), batteries[i]->pack.config().cells);
        const LinkStatus link = reader.current->pack().linkStatus(reader.current->now());
        QVERIFY(link.rssi && *link.rssi == radio.rssi());
        const QString name = serviceOf(radio);
        QTRY_VERIFY_WITH_TIMEOUT(bus.interface()->isServiceRegistered(name).value(), patienceMs);
    }
    // The end leaves every link closed.
    for (const auto &reader : readers)
        reader->line->stop();
    readers.clear();
    const double voltage = batteries.front()->pack.voltage();
    const size_t count = batteries.size();
    m_world->remove(batteries);
    recordings.clear();
    const QFileInfoList files = QDir(m_folder.filePath(family)).entryInfoList(QDir::Files);
    QCOMPARE(files.size(), qsizetype(count));
    for (const QFileInfo &file : files) {
        replays(file.filePath(), family, voltage, simulator->typicalCells);
        if (QTest::currentTestFailed())
            return;
    }
}

/// What was recorded over the air tells the same without a radio.
void TestBluetoothBatteries::replays(const QString &fileName, const QString &family, double voltage,
                                     int cells)
{
    const CaptureReadResult file = readCapture(fileName);
    QVERIFY2(file.capture, qPrintable(file.error));
    VirtualClock clock;
    ReplayTransport transport(*file.capture, {}, clock);
    Session session(transport, clock, {});
    const CaptureLink &link = file.capture->links.front();
    PackLink *pack = session.addPack(m_world->environment.drivers.find(family)->create(
        {TransportKind::Bluetooth, {}, driverOptions(*file.capture, link)}));
    bool decoded = false;
    connect(&session, &Session::packUpdated, &transport,
            [&](const PackLink *updated) { decoded = decoded || updated->lastPollGood(); });
    session.start();
    constexpr qint64 enoughMs = 120000;
    while (!decoded && clock.now() < enoughMs && clock.advance()) {
    }
    QVERIFY2(decoded, qPrintable(fileName + transport.unmatchedRequests().join(QLatin1Char(' '))));
    const BatteryState &values = pack->state().values();
    QVERIFY(values.voltage && std::abs(*values.voltage - voltage) < 0.01 * voltage + 0.05);
    QCOMPARE(values.cellCount.value_or(0), cells);
    session.stop();
}

void TestBluetoothBatteries::aStreamIsTakenAsItComes()
{
    const auto battery = m_world->add(QStringLiteral("jk_ble"), QStringLiteral("C8:47:8C:10:00:77"));
    LineConfig config = m_world->config({}, battery->peripheral->address());
    constexpr int pollMs = 30000;
    config.pollIntervalMs = pollMs;
    config.everyReading = true;
    RadioReader reader(config, *battery, m_world->environment, m_world->clock);
    QTRY_VERIFY_WITH_TIMEOUT(reader.readings >= 1, patienceMs);
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(reader.readings >= 5, patienceMs);
    QVERIFY(timer.elapsed() < pollMs); // the board tells something each second
    QVERIFY2(reader.wrong.isEmpty(), qPrintable(reader.wrong.join(QLatin1Char(' '))));
    reader.line->stop();
    QTRY_VERIFY_WITH_TIMEOUT(!battery->peripheral->isConnected(), patienceMs);
    m_world->bluez.removePeripheral(*battery->peripheral);
}

void TestBluetoothBatteries::recordsWhichCharacteristics()
{
    const auto told = [this](const QString &family) {
        const QString folder = m_folder.filePath(QStringLiteral("header-") + family);
        QString error;
        (void)Recording::inFolder(folder, false, m_world->config(family, QStringLiteral("C8:47:8C:10:00:78")),
                                  m_world->clock, &error);
        const CaptureReadResult file = readCapture(QDir(folder).entryInfoList(QDir::Files).at(0).filePath());
        return file.capture ? file.capture->links.front().ble : QJsonObject();
    };
    QCOMPARE(told(QStringLiteral("abc")), (QJsonObject{{QStringLiteral("service"), QStringLiteral("ffe0")},
                                                       {QStringLiteral("notify"), QStringLiteral("ffe1")},
                                                       {QStringLiteral("write"), QStringLiteral("ffe2")}}));
    // These have one of several.
    QCOMPARE(told(QStringLiteral("jbd")), QJsonObject());
}

void TestBluetoothBatteries::equalBatteriesAreTwo_data()
{
    QTest::addColumn<QString>("family");
    // These tell nothing that differs.
    QTest::newRow("jbd") << QStringLiteral("jbd");
    QTest::newRow("eg4_ll") << QStringLiteral("eg4_ll");
}

void TestBluetoothBatteries::equalBatteriesAreTwo()
{
    QFETCH(const QString, family);
    std::vector<std::unique_ptr<RadioBattery>> batteries;
    std::vector<std::unique_ptr<RadioReader>> readers;
    const QDBusConnection bus =
        QDBusConnection::connectToBus(m_world->busAddress(), QStringLiteral("reader"));
    for (const char *address : {"C8:47:8C:10:00:81", "C8:47:8C:10:00:82"}) {
        batteries.push_back(m_world->add(family, QLatin1String(address)));
        readers.push_back(std::make_unique<RadioReader>(m_world->config(family, QLatin1String(address)),
                                                        *batteries.back(), m_world->environment,
                                                        m_world->clock));
        m_publisher->add(*readers.back()->line);
    }
    for (const auto &battery : batteries) {
        const QString name = serviceOf(*battery->peripheral);
        QTRY_VERIFY_WITH_TIMEOUT(bus.interface()->isServiceRegistered(name).value(), patienceMs);
    }
    for (const auto &reader : readers)
        reader->line->stop();
    readers.clear();
    m_world->remove(batteries);
}

void TestBluetoothBatteries::cleanupTestCase()
{
    QDBusConnection::disconnectFromBus(QStringLiteral("reader"));
    m_publisher.reset();
    m_world.reset();
}

QTEST_GUILESS_MAIN(TestBluetoothBatteries)
#include "tst_bluetoothbatteries.moc"
