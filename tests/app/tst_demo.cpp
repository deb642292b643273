// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/alldrivers.h"
#include "program.h"

#include <QElapsedTimer>

using namespace sb;

/// A user tries each BMS: it is simulated, found among all without being named, and shown.
class TestDemo : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void showsEachFamily_data();
    void showsEachFamily();

private:
    /// A search takes up to 8 s, and so many programs share the processors.
    static constexpr int limitMs = 90000;
    QTemporaryDir m_folder;
    std::map<QString, std::unique_ptr<Program>> m_demos;
};

void TestDemo::initTestCase()
{
    QVERIFY(m_folder.isValid());
    DriverRegistry drivers;
    addAllDrivers(drivers);
    // All at once: each of them mostly waits for its line.
    for (const DriverDescriptor &driver : drivers.all()) {
        if (!driver.info.speaks(TransportKind::Serial))
            continue;
        auto demo = std::make_unique<Program>(m_folder);
        demo->start(
            {QStringLiteral("demo"), QStringLiteral("--json"), QStringLiteral("--bms"), driver.info.id});
        m_demos.emplace(driver.info.id, std::move(demo));
    }
    QVERIFY(!m_demos.empty());
}

void TestDemo::showsEachFamily_data()
{
    QTest::addColumn<QString>("family");
    for (const auto &[family, demo] : m_demos)
        QTest::newRow(family.toLatin1().constData()) << family;
}

void TestDemo::showsEachFamily()
{
    QFETCH(const QString, family);
    Program &demo = *m_demos.at(family);
    QVERIFY2(demo.waitForLine("\"state\":\"fresh\"", limitMs), demo.errors.constData());
    QVERIFY2(demo.waitForLine("\"voltage\":", limitMs), demo.errors.constData());
    const QJsonObject battery = demo.jsonLines().value(0);
    QCOMPARE(battery.value(QLatin1String("bms")).toString(), family);
    const double perCell = battery.value(QLatin1String("voltage")).toDouble() /
                           battery.value(QLatin1String("cellCount")).toDouble();
    QVERIFY2(perCell > 3 && perCell < 3.6, QByteArray::number(perCell).constData());
    QVERIFY(!battery.value(QLatin1String("soc")).isUndefined());
    QVERIFY2(battery.value(QLatin1String("limits")).toObject().contains(QLatin1String("chargeVoltage")),
             demo.output.constData());
    m_demos.erase(family);
}

QTEST_GUILESS_MAIN(TestDemo)
#include "tst_demo.moc"
