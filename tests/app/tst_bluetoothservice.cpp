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
    void initTestCase();
    void publishesWhatTheConfigurationNames();
    void aScanTellsWhatItIs();

private:
    QTemporaryDir m_folder;
    sb::PrivateBus m_bus{m_folder.path()};
    std::unique_ptr<Program> m_simulator;
};

void TestBluetoothService::initTestCase()
{
    QString error;
    QVERIFY2(m_bus.start(&error), qPrintable(error));
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_bus.address().toUtf8());
    m_simulator = std::make_unique<Program>(m_folder); // with the address of this bus
    m_simulator->start({QStringLiteral("simulate"), QStringLiteral("--bms"), QStringLiteral("litime"),
                        QStringLiteral("--ble")});
    QVERIFY(m_simulator->waitForLine("ready litime C8:47:80:15:67:44"));
}

void TestBluetoothService::publishesWhatTheConfigurationNames()
{
    QFile config(m_folder.filePath(QStringLiteral("config.ini")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("[DEFAULT]\nBLUETOOTH_BMS = LiTime_Ble c8:47:80:15:67:44, Nonsense A4:C1:38:00:00:00\n");
    config.close();
    Program service(m_folder);
    service.start({QStringLiteral("run"), QStringLiteral("--bus"), m_bus.address(),
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

void TestBluetoothService::aScanTellsWhatItIs()
{
    // Without a question there is only what was heard.
    Program heard(m_folder);
    QCOMPARE(heard.run({QStringLiteral("scan"), QStringLiteral("--ble"), QStringLiteral("--json"),
                        QStringLiteral("--timeout"), QStringLiteral("5")}),
             0);
    const auto device = [](const Program &program) {
        return QJsonDocument::fromJson(program.output)
            .object()
            .value(QLatin1String("ble"))
            .toArray()
            .at(0)
            .toObject();
    };
    QCOMPARE(device(heard).value(QLatin1String("address")).toString(), QLatin1String("C8:47:80:15:67:44"));
    QVERIFY(!device(heard).contains(QLatin1String("detection")));

    Program asked(m_folder);
    QCOMPARE(asked.run({QStringLiteral("scan"), QStringLiteral("--ble"), QStringLiteral("--detect"),
                        QStringLiteral("--json"), QStringLiteral("--timeout"), QStringLiteral("30")}),
             0);
    const QJsonObject detection = device(asked).value(QLatin1String("detection")).toObject();
    QCOMPARE(detection.value(QLatin1String("found")).toArray().at(0).toObject().value(QLatin1String("bms")),
             QJsonValue(QLatin1String("litime")));
    QVERIFY(!detection.value(QLatin1String("candidates")).toArray().isEmpty());
    QCOMPARE(device(asked).value(QLatin1String("bms")), QJsonValue(QLatin1String("litime")));
}

QTEST_GUILESS_MAIN(TestBluetoothService)
#include "tst_bluetoothservice.moc"
