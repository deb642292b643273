// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/batteryservice.h"
#include "venus/bus.h"

#include <QRegularExpression>
#include <QTest>

using namespace sb;

class TestBusNames : public QObject
{
    Q_OBJECT
private slots:
    void BUS_01_makesServiceNames_data();
    void BUS_01_makesServiceNames();
    void choosesTheBus_data();
    void choosesTheBus();
    void knowsOneBusUnderAllItsNames();
    void tellsInOneLineThatThereIsNoBus();
};

void TestBusNames::BUS_01_makesServiceNames_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("suffix");

    const auto row = [](const char *name, TransportKind kind, const char *place, const char *address,
                        const char *suffix) {
        QTest::newRow(name) << static_cast<int>(kind) << QString::fromLatin1(place)
                            << QString::fromLatin1(address) << QString::fromLatin1(suffix);
    };
    row("usb", TransportKind::Serial, "/dev/ttyUSB0", "", "ttyUSB0");
    row("on board", TransportKind::Serial, "/dev/ttyAMA0", "", "ttyAMA0");
    row("shared line", TransportKind::Serial, "/dev/ttyUSB0", "0x01", "ttyUSB0__0x01");
    row("without folder", TransportKind::Serial, "ttyS5", "", "ttyS5");
    row("by id", TransportKind::Serial, "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0", "",
        "usb_FTDI_FT232R_if00_port0");
    row("number of a pseudo terminal", TransportKind::Serial, "/dev/pts/7", "", "_7");
    row("nothing", TransportKind::Serial, "", "", "_");
    row("bluetooth", TransportKind::Bluetooth, "C8:47:8C:00:00:00", "", "ble_c8478c000000");
    row("can", TransportKind::Can, "can0", "", "can0");
    row("can with address", TransportKind::Can, "vecan0", "0x10", "vecan0__0x10");
    row("mqtt", TransportKind::Mqtt, "some/topic", "", "mqtt_0");
    QTest::newRow("beyond ASCII") << static_cast<int>(TransportKind::Serial)
                                  << QStringLiteral(u"/tmp/b\u00e4t.0") << QString()
                                  << QStringLiteral("b_t_0");
    QTest::newRow("too long") << static_cast<int>(TransportKind::Serial) << QString(400, QLatin1Char('x'))
                              << QString() << QString(200, QLatin1Char('x'));
}

void TestBusNames::BUS_01_makesServiceNames()
{
    QFETCH(int, kind);
    QFETCH(QString, place);
    QFETCH(QString, address);
    QFETCH(QString, suffix);
    const QString made = serviceSuffix(static_cast<TransportKind>(kind), place, address);
    QCOMPARE(made, suffix);
    static const QRegularExpression legal(QStringLiteral("^[A-Za-z_][A-Za-z0-9_]*$"));
    QVERIFY(legal.match(made).hasMatch());
    QVERIFY(batteryServiceName(TransportKind::Serial, place, address).size() <= 255);
}

void TestBusNames::choosesTheBus_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<bool>("environment");
    QTest::addColumn<QString>("bus");
    QTest::newRow("usual") << QString() << false << QStringLiteral("system");
    QTest::newRow("usual in a session") << QString() << true << QStringLiteral("session");
    QTest::newRow("system in a session") << QStringLiteral("system") << true << QStringLiteral("system");
    QTest::newRow("session") << QStringLiteral("session") << false << QStringLiteral("session");
    QTest::newRow("address") << QStringLiteral("unix:path=/x") << true << QStringLiteral("unix:path=/x");
}

void TestBusNames::choosesTheBus()
{
    QFETCH(QString, option);
    QFETCH(bool, environment);
    QFETCH(QString, bus);
    if (environment)
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    else
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
    QCOMPARE(resolvedBus(option), bus);
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
}

void TestBusNames::knowsOneBusUnderAllItsNames()
{
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus,guid=0123456789abcdef");
    const QString address = QStringLiteral("unix:path=/nowhere/bus");
    QCOMPARE(busAddress(QString()), address);
    QCOMPARE(busAddress(QStringLiteral("session")), address);
    QCOMPARE(busAddress(address), address);
    QCOMPARE(busAddress(QStringLiteral("system")), QStringLiteral("system"));
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
}

void TestBusNames::tellsInOneLineThatThereIsNoBus()
{
    BatteryModel model(QStringLiteral("jbd"), QStringLiteral("/dev/ttyUSB0 9600"));
    ServiceIdentity identity;
    identity.serviceName = QStringLiteral("com.victronenergy.battery.ttyUSB0");
    BatteryService service(model, identity, {});
    QString error;
    QVERIFY(!service.start(QStringLiteral("unix:path=/nowhere/bus"), {}, &error));
    QVERIFY2(error.contains(QLatin1String("/nowhere/bus")), qPrintable(error));
    QVERIFY2(error.contains(QLatin1String("--bus")), qPrintable(error));
    QVERIFY(!error.contains(QLatin1Char('\n')));
}

QTEST_GUILESS_MAIN(TestBusNames)
#include "tst_busnames.moc"
