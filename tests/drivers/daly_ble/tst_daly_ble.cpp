// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/daly_ble/daly_bledriver.h"
#include "drivers/daly_ble/daly_blesimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;
using daly_ble::DalyBleSimulator;

class TestDalyBle : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(const char *variant = nullptr)
    {
        DriverConfig config;
        config.transport = TransportKind::Bluetooth;
        if (variant)
            config.options.insert(QStringLiteral("variant"), QLatin1String(variant));
        return daly_ble::driver().create(config);
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
    void asksBothListsUntilOneAnswers()
    {
        const std::unique_ptr<Driver> driver = make();
        const QByteArrayList first = asked(*driver, Phase::Identify);
        QCOMPARE(first.mid(0, 3),
                 (QByteArrayList{hex("d203000000505655"), hex("d2030000003ed7b9"), hex("8103000000405bfa")}));
        for (const char *each :
             {"d20300800029965f", "d20300a900208791", "d203003e0009f7a3", "d20300cf0001a796"})
            QVERIFY2(first.contains(hex(each)), each);
        QCOMPARE(asked(*make("P81"), Phase::Poll).mid(0, 2),
                 (QByteArrayList{hex("8103000000405bfa"), hex("81030041003e8bce")}));

        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        DalyBleSimulator board(pack);
        bool good = false;
        QVERIFY(driver->recognise(round(*driver, board, Phase::Identify, &good)) == Recognition::Yes);
        QVERIFY(good);
        const QByteArrayList then = asked(*driver, Phase::Poll);
        QVERIFY(then.contains(hex("d203000000505655")));
        QVERIFY(!then.contains(hex("d2030000003ed7b9")) && !then.contains(hex("8103000000405bfa")));
    }

    void readsFirmwareWith62Registers()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        DalyBleSimulator board(pack);
        board.longestRead = 62;
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        const BatteryState read = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(std::abs(*read.mosfetTemperature - pack.mosfetTemperature()) <= 0.51);
        QVERIFY(!asked(*driver, Phase::Poll).contains(hex("d203000000505655")));
        QVERIFY(asked(*driver, Phase::Poll).contains(hex("d203003e0009f7a3")));
        board.tellsMosfet = false;
        QVERIFY(!round(*driver, board, Phase::Poll, &good).mosfetTemperature);
        QVERIFY(!asked(*driver, Phase::Poll).contains(hex("d203003e0009f7a3")));
    }

    void readsP81WithoutBeingTold()
    {
        Pack pack({}, Profile::constant(-30));
        pack.advance(5);
        DalyBleSimulator board(pack, true);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        QVERIFY(driver->recognise(round(*driver, board, Phase::Identify, &good)) == Recognition::Yes);
        QVERIFY(good);
        const BatteryState read = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(std::abs(*read.remainingAh - pack.remainingAh()) < 0.06);
        QCOMPARE(*read.chargeAllowed, true);
        QCOMPARE(*read.maxChargeCurrent, 150.0);
        QCOMPARE(*read.firmwareVersion, QStringLiteral("DL-81-24V301"));
        QVERIFY(!driver->control(Control::Charge, 0, {}));
        QVERIFY(!driver->writeParameters({{QStringLiteral("cellOvervoltage"), 3.6}}));
    }

    void switchesAsThePrintedFramesDo_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<double>("value");
        QTest::addColumn<QByteArray>("frame");
        QTest::newRow("charge on") << int(Control::Charge) << 1.0 << hex("d20600a500014b8a");
        QTest::newRow("discharge off") << int(Control::Discharge) << 0.0 << hex("d20600a600007a4a");
        QTest::newRow("soc 100 %") << int(Control::StateOfCharge) << 100.0 << hex("d20600a703e82b34");
        QTest::newRow("balancer off") << int(Control::Balancing) << 0.0 << withCrc(hex("d20600cf0000"));
    }

    void switchesAsThePrintedFramesDo()
    {
        QFETCH(const int, control);
        QFETCH(const double, value);
        QFETCH(const QByteArray, frame);
        const auto which = static_cast<Control>(control);
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        DalyBleSimulator board(pack);
        const std::unique_ptr<Driver> driver = make("D2");
        if (which == Control::Charge)
            (void)run(*driver, board, driver->control(which, 0, {}));
        const Course done = run(*driver, board, driver->control(which, value, {}));
        QVERIFY2(done.result.ok, qPrintable(done.result.error));
        QCOMPARE(done.sent.front(), frame);

        const int reg = static_cast<quint8>(frame[3]);
        const double other = which == Control::StateOfCharge ? 20 : 1 - value;
        board.ignoresWrites = {reg};
        QVERIFY(!run(*driver, board, driver->control(which, other, {})).result.ok);
        board.refusesWrites = {reg};
        QVERIFY(!run(*driver, board, driver->control(which, other, {})).result.ok);
        QVERIFY(!run(*driver, board, driver->control(which, other, {}), 0).result.ok);
    }

    void readsAndWritesSettings()
    {
        Pack pack({}, Profile::constant(0));
        DalyBleSimulator board(pack);
        const std::unique_ptr<Driver> driver = make("D2");
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent, QByteArrayList{hex("d20300800029965f")});
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "chargeOvercurrent").toDouble(), -150.0);
        QCOMPARE(valueOf(all, "dischargeUndertemperature").toDouble(), -20.0);
        const std::vector<ParameterValue> wanted{{QStringLiteral("cellOvervoltage"), 3.6}};
        const Course written = run(*driver, board, driver->writeParameters(wanted));
        QVERIFY(written.result.ok);
        QVERIFY(written.sent.contains(withCrc(hex("d206008c0e10"))));
        board.refusesWrites = {0x8C};
        QVERIFY(!run(*driver, board, driver->writeParameters(wanted)).result.ok);
    }

    void damagedRepliesGiveNothing()
    {
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        DalyBleSimulator board(pack, true);
        talk::damagedRepliesGiveNothing([] { return make("P81"); }, board, hex("d203020001fc56"));
    }
};

QTEST_GUILESS_MAIN(TestDalyBle)
#include "tst_daly_ble.moc"
