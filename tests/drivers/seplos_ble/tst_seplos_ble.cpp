// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/seplos_ble/seplos_bledriver.h"
#include "drivers/seplos_ble/seplos_blesimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;
using seplos_ble::SeplosBleSimulator;

class TestSeplosBle : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(const char *name = "Garage", const char *variant = nullptr)
    {
        DriverConfig config;
        config.transport = TransportKind::Bluetooth;
        config.options.insert(QStringLiteral("localName"), QLatin1String(name));
        if (variant)
            config.options.insert(QStringLiteral("variant"), QLatin1String(variant));
        return seplos_ble::driver().create(config);
    }
    static QByteArrayList asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        QByteArrayList bytes;
        for (const Request &request : requests)
            bytes.append(request.bytes);
        return bytes;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const QByteArrayList v3 = asked(*make("SP05B2312190075       "), Phase::Identify);
        for (const char *each :
             {"00042000001a7bd0", "000122000050379f", "01041000001134c6", "01041100001a74fd"})
            QVERIFY2(v3.contains(hex(each)), each);
        QCOMPARE(asked(*make("BP21"), Phase::Identify),
                 (QByteArrayList{hex("7e10004661000100f7c10d"), hex("7e100046620000a68a0d"),
                                 hex("7e1000465100003a7f0d")}));
        QCOMPARE(asked(*make("Garage", "v2"), Phase::Poll).size(), 2);
        const QByteArrayList both = asked(*make(), Phase::Identify);
        for (const QByteArray &each : v3)
            QVERIFY(both.contains(each));
        QVERIFY(both.contains(hex("7e10004661000100f7c10d")));
    }

    void findsOutWhatItTalksTo_data()
    {
        QTest::addColumn<int>("board");
        QTest::addColumn<int>("packs");
        QTest::newRow("a bank of one") << int(SeplosBleSimulator::Board::Bank) << 1;
        QTest::newRow("a bank of three") << int(SeplosBleSimulator::Board::Bank) << 3;
        QTest::newRow("a pack without bank") << int(SeplosBleSimulator::Board::Pack) << 1;
        QTest::newRow("V2") << int(SeplosBleSimulator::Board::V2) << 1;
    }

    void findsOutWhatItTalksTo()
    {
        QFETCH(const int, board);
        QFETCH(const int, packs);
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        SeplosBleSimulator device(pack, static_cast<SeplosBleSimulator::Board>(board), packs);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState first = round(*driver, device, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(first) == Recognition::Yes);
        const BatteryState read = round(*driver, device, Phase::Poll, &good);
        QVERIFY(good);
        QCOMPARE(*read.cellCount, 16);
        QCOMPARE(read.cellVoltages.size(), static_cast<size_t>(16 * packs));
        QVERIFY(std::abs(*read.voltage - pack.voltage()) <= 0.0051);
        QVERIFY(std::abs(*read.current - pack.current() * packs) <= 0.051);
        QCOMPARE(*read.chargeAllowed, true);
        QCOMPARE(*read.dischargeAllowed, true);
        QVERIFY(!read.alarms.isEmpty());
        if (packs > 1)
            QCOMPARE(*read.maxChargeCurrent, 150.0 * packs);
        // It knows from now on.
        for (const QByteArray &each : asked(*driver, Phase::Poll))
            QCOMPARE(each.startsWith('\x7E'), board == int(SeplosBleSimulator::Board::V2));
    }

    void aPackThatFallsSilentLeavesNoList()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        SeplosBleSimulator two(pack, SeplosBleSimulator::Board::Bank, 2);
        const std::unique_ptr<Driver> driver = make("Garage", "v3");
        (void)round(*driver, two, Phase::Identify);
        QCOMPARE(round(*driver, two, Phase::Poll).cellVoltages.size(), size_t(32));
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        BatteryState read;
        for (const Request &request : requests) {
            Update update;
            if (request.bytes.front() != 1) // all but the first pack
                (void)ask(*driver, two, request, update);
            if (!update.values.cellVoltages.empty())
                read = update.values;
        }
        QVERIFY(read.cellVoltages.empty());
    }

    void tellsRefusals()
    {
        const std::unique_ptr<Driver> driver = make("BP21");
        std::vector<Request> requests;
        driver->requests(Phase::Poll, requests);
        Request identity = requests.front();
        identity.id = 0x51;
        Update update;
        const Reply reply = hear(*driver, identity, hex("7e14005180000100a7d70d"), update);
        QVERIFY(reply.state != ReplyState::Complete);
        QVERIFY(update.values == BatteryState());
    }

    void damagedRepliesGiveNothing()
    {
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        SeplosBleSimulator board(pack);
        talk::damagedRepliesGiveNothing([] { return make("Garage", "v3"); }, board, hex("0304020102c0a1"));
    }
};

QTEST_GUILESS_MAIN(TestSeplosBle)
#include "tst_seplos_ble.moc"
