// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/driverregistry.h"

#include <QTest>

using namespace sb;

namespace {

/// A driver of a BMS that can do nothing but exist: shows what the interface gives by itself.
class MuteDriver : public Driver
{
public:
    using Driver::Driver;
    [[nodiscard]] const DriverInfo &info() const override { return m_info; }
    void requests(Phase, std::vector<Request> &) override {}
    void begin(const Request &) override {}
    [[nodiscard]] Reply receive(Bytes, const Request *, Update &) override { return {}; }
    [[nodiscard]] Reply lineSilent(const Request *, Update &) override { return {}; }
    [[nodiscard]] Recognition recognise(const BatteryState &) const override { return Recognition::No; }
    [[nodiscard]] LinkCounters counters() const override { return {}; }

private:
    DriverInfo m_info;
};

std::unique_ptr<Driver> create(const DriverConfig &config) { return std::make_unique<MuteDriver>(config); }

DriverDescriptor driver(const char *id, int rank, QStringList types = {})
{
    DriverInfo info;
    info.id = QLatin1String(id);
    info.detectionRank = rank;
    info.bmsTypes = std::move(types);
    return {std::move(info), &create};
}

QStringList ids(const DriverRegistry &registry)
{
    QStringList list;
    for (const DriverDescriptor &descriptor : registry.all())
        list.append(descriptor.info.id);
    return list;
}

} // namespace

class tst_driverregistry : public QObject
{
    Q_OBJECT

private slots:
    void isEmptyAtFirst();
    void ordersByRankAndKeepsTheOrderOfEquals();
    void findsByIdOrTypeInAnyCase_data();
    void findsByIdOrTypeInAnyCase();
    void findsNothingByHalfAName_data();
    void findsNothingByHalfAName();
    void makesADriverWithItsConfiguration();
    void offersNothingThatADriverDoesNotImplement();

private:
    static DriverRegistry some();
};

DriverRegistry tst_driverregistry::some()
{
    DriverRegistry registry;
    registry.add(driver("daly", 5, {QStringLiteral("Daly")}));
    registry.add(driver("jbd", 1, {QStringLiteral("LltJbd"), QStringLiteral("LltJbd_Up16s")}));
    registry.add(driver("jk_pb", 5, {QStringLiteral("Jkbms_pb")}));
    registry.add(driver("pace", -1));
    return registry;
}

void tst_driverregistry::isEmptyAtFirst()
{
    const DriverRegistry registry;
    QVERIFY(registry.all().empty());
    QVERIFY(!registry.find(u"jbd"));
}

void tst_driverregistry::ordersByRankAndKeepsTheOrderOfEquals()
{
    QCOMPARE(ids(some()), (QStringList{QStringLiteral("pace"), QStringLiteral("jbd"), QStringLiteral("daly"),
                                       QStringLiteral("jk_pb")}));
}

void tst_driverregistry::findsByIdOrTypeInAnyCase_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("id");
    QTest::newRow("id") << QStringLiteral("jbd") << QStringLiteral("jbd");
    QTest::newRow("id in capitals") << QStringLiteral("JK_PB") << QStringLiteral("jk_pb");
    QTest::newRow("type") << QStringLiteral("LltJbd") << QStringLiteral("jbd");
    QTest::newRow("second type, small") << QStringLiteral("lltjbd_up16s") << QStringLiteral("jbd");
}

void tst_driverregistry::findsByIdOrTypeInAnyCase()
{
    QFETCH(QString, name);
    QFETCH(QString, id);
    const DriverRegistry registry = some();
    const DriverDescriptor *found = registry.find(name);
    QVERIFY(found);
    QCOMPARE(found->info.id, id);
}

void tst_driverregistry::findsNothingByHalfAName_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QString();
    QTest::newRow("prefix") << QStringLiteral("jb");
    QTest::newRow("longer") << QStringLiteral("jbd2");
    QTest::newRow("blank") << QStringLiteral("jbd ");
    QTest::newRow("unknown") << QStringLiteral("nosuch");
}

void tst_driverregistry::findsNothingByHalfAName()
{
    QFETCH(QString, name);
    QVERIFY(!some().find(name));
}

void tst_driverregistry::makesADriverWithItsConfiguration()
{
    const DriverRegistry registry = some();
    DriverConfig config;
    config.address = 3;
    config.options.insert(QStringLiteral("firstSensorIsMosfet"), false);
    const std::unique_ptr<Driver> made = registry.find(u"jbd")->create(config);
    QCOMPARE(made->config().address, std::optional<int>(3));
    QCOMPARE(made->config().options, config.options);
    QVERIFY(made->config().transport == TransportKind::Serial);
}

void tst_driverregistry::offersNothingThatADriverDoesNotImplement()
{
    MuteDriver driver(DriverConfig{});
    Update update;
    QVERIFY(driver.receiveFrame(CanFrame{}, nullptr, update).state == ReplyState::Waiting);
    QVERIFY(!driver.control(Control::Charge, 1, {}));
    QVERIFY(driver.parameters().empty());
    QVERIFY(!driver.readParameters({}));
    QVERIFY(!driver.writeParameters({}));
    QCOMPARE(driver.missingBytes(), 0);
    QVERIFY(update.values == BatteryState());
}

QTEST_APPLESS_MAIN(tst_driverregistry)
#include "tst_driverregistry.moc"
