// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/gobel/gobeldriver.h"
#include "drivers/gobel/gobelsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestGobel : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make(const char *name, const char *variant = nullptr)
    {
        DriverConfig config;
        config.transport = TransportKind::Bluetooth;
        config.options.insert(QStringLiteral("localName"), QLatin1String(name));
        if (variant)
            config.options.insert(QStringLiteral("variant"), QLatin1String(variant));
        return gobel::driver().create(config);
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
    void findsOutTheMake_data()
    {
        QTest::addColumn<bool>("buknuwo");
        QTest::newRow("Gobel") << false;
        QTest::newRow("Buknuwo") << true;
    }

    void findsOutTheMake()
    {
        QFETCH(const bool, buknuwo);
        PackConfig config;
        config.cells = 4;
        Pack pack(config, Profile::constant(-30));
        pack.advance(5);
        gobel::GobelSimulator board(pack, buknuwo);
        const std::unique_ptr<Driver> driver = make("Garage");
        bool good = false;
        QVERIFY(driver->recognise(round(*driver, board, Phase::Identify, &good)) == Recognition::Yes);
        QVERIFY(good);
        const BatteryState read = round(*driver, board, Phase::Poll, &good);
        QVERIFY(good);
        QVERIFY(std::abs(*read.voltage - pack.voltage()) <= 0.0051);
        QCOMPARE(read.cellVoltages.size(), buknuwo ? size_t(0) : size_t(4));
        QCOMPARE(read.cellCount.has_value(), !buknuwo);
        QCOMPARE(read.temperatures.size(), pack.temperatures().size());
        QCOMPARE(*read.chargeAllowed, true);
        QCOMPARE(*read.dischargeAllowed, true);
        const QByteArrayList then = asked(*driver, Phase::Poll);
        QCOMPARE(then.contains(hex("01030000003b0419")), !buknuwo);
        QCOMPARE(then.contains(hex("01030000000d840f")), buknuwo);
    }

    void asksBuknuwoAsItsNameSays()
    {
        const QByteArrayList wanted{hex("01030000000d840f"), hex("0103002e000b6404"),
                                    hex("0103003900015407")};
        QCOMPARE(asked(*make("CDZG202512050020000242 "), Phase::Identify), wanted);
        QCOMPARE(asked(*make("Garage", "buknuwo"), Phase::Poll), wanted);
    }
};

QTEST_GUILESS_MAIN(TestGobel)
#include "tst_gobel.moc"
