// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "radioworld.h"
#include "simulator/simulatorport.h"

#include <QFile>

using namespace sb;

namespace {

/// As the kernel counts it, MB.
double residentMB()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    constexpr double pageMB = 4096.0 / 1048576.0;
    return file.readAll().split(' ').value(1).toDouble() * pageMB;
}

} // namespace

/// One process with eight batteries on one adapter and two on serial ports. Links are lost at random, one
/// battery dies again and again, one port is noisy: nobody else notices. SB_LONGRUN_SECONDS: 20 in the test
/// suite, half an hour in scripts/soak.
class TestBluetoothLongRun : public QObject
{
    Q_OBJECT
private slots:
    void nobodyDisturbsAnother();

private:
    static constexpr qint64 longestRadioGapMs = 5000;  ///< of batteries that nothing happens to
    static constexpr qint64 longestSerialGapMs = 2500; ///< two polls
    /// At once, then after 2 s, then after 5; and the others' turns.
    static constexpr qint64 backWithinMs = 15000;
    static constexpr double mayGrowMB = 16; ///< the sanitizers' bookkeeping breathes
    static constexpr int settledAfterS = 60;
};

void TestBluetoothLongRun::nobodyDisturbsAnother()
{
    const int seconds = qEnvironmentVariableIntValue("SB_LONGRUN_SECONDS") > 0
                            ? qEnvironmentVariableIntValue("SB_LONGRUN_SECONDS")
                            : 20;
    const int dieEveryMs = seconds >= 120 ? 60000 : 9000;
    const int deadForMs = seconds >= 120 ? 20000 : 4000;
    RadioWorld world;
    QString error;
    QVERIFY2(world.start(&error), qPrintable(error));
    QTemporaryDir folder;

    // Two families that don't share a word; the first two stay alone, the third dies, the others lose links.
    std::vector<std::unique_ptr<RadioBattery>> batteries;
    std::vector<std::unique_ptr<RadioReader>> readers;
    for (int i = 0; i < 8; ++i) {
        const QString family = i % 2 == 0 ? QStringLiteral("jbd") : QStringLiteral("daly_ble");
        batteries.push_back(
            world.add(family, QStringLiteral("A4:C1:38:00:22:%1").arg(i, 2, 10, QLatin1Char('0'))));
        LineConfig config = world.config(family, batteries.back()->peripheral->address());
        readers.push_back(
            std::make_unique<RadioReader>(config, *batteries.back(), world.environment, world.clock));
    }
    struct Wired
    {
        std::unique_ptr<RadioBattery> battery;
        std::unique_ptr<SimulatorPort> port;
        std::unique_ptr<RadioReader> reader;
    };
    std::vector<Wired> wired;
    for (const char *family : {"jbd", "jk_pb"}) {
        Wired each;
        each.battery = std::make_unique<RadioBattery>(*world.simulator(QLatin1String("jbd")),
                                                      QStringLiteral("00:00:00:00:00:00"));
        const SimulatorDescriptor *simulator = world.simulator(QLatin1String(family));
        each.battery->device = simulator->create(each.battery->pack, -1);
        const QString link = folder.filePath(QLatin1String(family));
        each.port = std::make_unique<SimulatorPort>(*each.battery->device, SimulatorPort::Settings{link});
        QVERIFY2(each.port->open(&error), qPrintable(error));
        LineConfig config;
        config.port = link;
        config.candidates = {world.environment.drivers.find(QString::fromLatin1(family))};
        each.reader = std::make_unique<RadioReader>(config, *each.battery, world.environment, world.clock);
        wired.push_back(std::move(each));
    }
    for (const auto &reader : readers)
        QTRY_VERIFY_WITH_TIMEOUT(reader->isFresh(), 60000);
    for (const Wired &each : wired)
        QTRY_VERIFY_WITH_TIMEOUT(each.reader->isFresh(), 30000);
    for (const auto &reader : readers)
        reader->longestGapMs = 0;
    for (const Wired &each : wired)
        each.reader->longestGapMs = 0;
    // Some bad answers on the second port, all the time.
    wired[1].port->setFault(Fault::WrongChecksum, true);

    std::mt19937 random(7);
    QTimer losses;
    int lost = 0;
    connect(&losses, &QTimer::timeout, this, [&] {
        const size_t victim = 3 + random() % 5;
        if (batteries[victim]->peripheral->isConnected()) {
            ++lost;
            batteries[victim]->peripheral->loseLinkAfter(static_cast<int>(random() % 60));
        }
        losses.setInterval(1500 + static_cast<int>(random() % 2000));
    });
    losses.start(1500);
    QTimer deaths;
    connect(&deaths, &QTimer::timeout, this, [&] {
        batteries[2]->peripheral->setPresent(false);
        QTimer::singleShot(deadForMs, this, [&] { batteries[2]->peripheral->setPresent(true); });
    });
    deaths.start(dieEveryMs);

    QElapsedTimer time;
    time.start();
    double settledMB = residentMB();
    bool settled = false;
    while (time.elapsed() < seconds * 1000LL) {
        QTest::qWait(200);
        if (!settled && time.elapsed() > settledAfterS * 1000LL) {
            settled = true;
            settledMB = residentMB();
        }
    }
    losses.stop();
    deaths.stop();
    batteries[2]->peripheral->setPresent(true);
    const double grownMB = settled ? residentMB() - settledMB : 0;
    for (size_t i = 0; i < readers.size(); ++i)
        qInfo("radio %zu: %d readings, longest gap %lld ms", i, readers[i]->readings,
              readers[i]->longestGapMs);
    for (const Wired &each : wired)
        qInfo("serial: %d readings, longest gap %lld ms", each.reader->readings, each.reader->longestGapMs);
    qInfo("%d links lost, grown by %.1f MB in %d s", lost, grownMB, seconds);

    for (size_t i = 0; i < readers.size(); ++i) {
        const RadioReader &reader = *readers[i];
        QVERIFY2(reader.wrong.isEmpty(), qPrintable(reader.wrong.join(QLatin1Char(' '))));
        if (i < 2)
            QVERIFY(reader.longestGapMs < longestRadioGapMs);
        else if (i > 2)
            QVERIFY(std::max(reader.longestGapMs, reader.sinceFresh.elapsed()) < backWithinMs);
    }
    for (const Wired &each : wired)
        QVERIFY2(each.reader->wrong.isEmpty(), qPrintable(each.reader->wrong.join(QLatin1Char(' '))));
    QVERIFY(wired[0].reader->longestGapMs < longestSerialGapMs);
    QTRY_VERIFY_WITH_TIMEOUT(readers[2]->isFresh(), 40000);
    QVERIFY(grownMB < mayGrowMB);
    QVERIFY(lost > 0);

    for (const auto &reader : readers)
        reader->line->stop();
    for (const Wired &each : wired)
        each.reader->line->stop();
    readers.clear();
    wired.clear();
    for (const auto &battery : batteries)
        QTRY_VERIFY_WITH_TIMEOUT(!battery->peripheral->isConnected(), 10000);
}

QTEST_GUILESS_MAIN(TestBluetoothLongRun)
#include "tst_bluetoothlongrun.moc"
