// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/privatebus.h"
#include "program.h"

/// The service as a user starts it, with a Bluetooth battery named in a configuration of dbus-serialbattery,
/// and the simulated adapter in another process.
class TestBluetoothService : public QObject
{
    Q_OBJECT
private slots:
    void publishesWhatTheConfigurationNames();
};

void TestBluetoothService::publishesWhatTheConfigurationNames()
{
    QTemporaryDir folder;
    sb::PrivateBus bus(folder.path());
    QString error;
    QVERIFY2(bus.start(&error), qPrintable(error));
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address().toUtf8());
    Program simulator(folder);
    simulator.start({QStringLiteral("simulate"), QStringLiteral("--bms"), QStringLiteral("litime"),
                     QStringLiteral("--ble")});
    QVERIFY(simulator.waitForLine("ready litime C8:47:80:15:67:44"));

    QFile config(folder.filePath(QStringLiteral("config.ini")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("[DEFAULT]\nBLUETOOTH_BMS = LiTime_Ble c8:47:80:15:67:44, Nonsense A4:C1:38:00:00:00\n");
    config.close();
    Program service(folder);
    service.start({QStringLiteral("run"), QStringLiteral("--bus"), bus.address(),
                   QStringLiteral("--settings"), QStringLiteral("file"), QStringLiteral("--config"),
                   config.fileName()});
    // What is wrong in the file is told; the rest runs.
    const auto says = [&service](const char *text) {
        for (int i = 0; i < 60 && !service.errors.contains(text); ++i)
            (void)service.waitForLine("nothing goes there", 500);
        return service.errors.contains(text);
    };
    QVERIFY2(says("is no BMS that is read over Bluetooth"), service.errors.constData());
    QVERIFY2(says("published as com.victronenergy.battery.ble_c84780156744"), service.errors.constData());
}

QTEST_GUILESS_MAIN(TestBluetoothService)
#include "tst_bluetoothservice.moc"
