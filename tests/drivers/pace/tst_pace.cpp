// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pace/pacedriver.h"
#include "drivers/pace/pacesimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/ydt1363/asciitalk.h"

using namespace sb;
using namespace sb::talk;

namespace {

constexpr ydt1363::Header header{'~', 0x25, 0x46};

std::unique_ptr<Driver> makeAt(int address, const QVariantMap &options = {})
{
    return pace::driver().create({TransportKind::Serial, address, options});
}
std::unique_ptr<Driver> make() { return makeAt(1); }

QByteArray frame(const char *characters) { return QByteArray(characters) + '\r'; }

/// A status reply of 16 cells and 6 sensors, the twelve bytes behind them given.
BatteryState status(const QByteArray &bytes, const QVariantMap &options = {})
{
    const std::unique_ptr<Driver> driver = makeAt(1, options);
    Update update;
    const QByteArray info = hex("000110") + QByteArray(16, '\0') + hex("06") + QByteArray(6, '\0') + bytes;
    (void)hear(*driver, requestWith(*driver, 0x44), ydt1363::makeFrame(header, 1, 0, info), update);
    return update.values;
}

} // namespace

class TestPace : public QObject
{
    Q_OBJECT
private slots:
    void asksWhatTheProtocolFilePrints()
    {
        const std::unique_ptr<Driver> driver = make();
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        QCOMPARE(requests.size(), 5U);
        QCOMPARE(requests[0].bytes, frame("~25014642E00201FD30"));
        QVERIFY(contains(requests[0].otherForms, frame("~25014642E002FFFD05")));
        QCOMPARE(requests[1].bytes, frame("~25014644E00201FD2E"));
        QCOMPARE(requests[2].bytes, frame("~250146C10000FD9A"));
        QCOMPARE(requests[3].bytes, frame("~250146C20000FD99"));
        QCOMPARE(requests[4].bytes, frame("~250146A60000FD97"));
        QCOMPARE(requestWith(*makeAt(0), 0x42).bytes, frame("~25004642E00200FD32"));
        QCOMPARE(requestWith(*makeAt(0), 0x42).otherForms.at(0), frame("~25004642E002FFFD06"));
    }

    void readsASimulatedPack()
    {
        PackConfig config;
        config.sensors = 4;
        Pack pack(config, Profile::constant(31));
        pack.advance(5);
        pace::PaceSimulator board(pack, 5);
        const std::unique_ptr<Driver> driver = makeAt(5);
        bool good = false;
        const BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) < 0.02);
        QVERIFY(std::abs(*state.current - pack.current()) <= 0.0051);
        QVERIFY(std::abs(*state.soc - pack.soc()) < 0.01);
        QCOMPARE(*state.capacityAh, 280.0);
        QCOMPARE(*state.soh, 100.0);
        QCOMPARE(*state.cellCount, 16);
        for (size_t i = 0; i < 16; ++i) {
            QVERIFY(std::abs(*state.cellVoltages[i] - pack.cellVoltages()[i]) <= 0.00051);
            QCOMPARE(state.cellBalancing[i], pack.balancing()[i]);
        }
        QCOMPARE(state.temperatures.size(), 5U); // four cells and the environment
        QVERIFY(std::abs(*state.mosfetTemperature - pack.mosfetTemperature()) <= 0.051);
        QCOMPARE(*state.chargeAllowed, true);
        QCOMPARE(*state.dischargeAllowed, true);
        QCOMPARE(*state.hardwareVersion, QStringLiteral("P16S100A-1812-1.00"));
        QCOMPARE(*state.firmwareVersion, QStringLiteral("1.00"));
        QCOMPARE(*state.serialNumber, QStringLiteral("1812101380315"));
        QCOMPARE(*state.uniqueId, *state.serialNumber);
        QVERIFY(round(*driver, board, Phase::Poll, &good).voltage && good);
    }

    void tellsPacksWithoutSerialNumberApartByAddress()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 3);
        board.serialIsEmpty = true;
        const BatteryState state = round(*makeAt(3), board, Phase::Identify);
        QVERIFY(!state.serialNumber);
        QCOMPARE(*state.uniqueId, QStringLiteral("P16S100A-1812-1.00_3"));
    }

    void readsOddVersionTexts()
    {
        const auto read = [](const QByteArray &text) {
            const std::unique_ptr<Driver> driver = make();
            Update update;
            (void)hear(*driver, requestWith(*driver, 0xC1), ydt1363::makeFrame(header, 1, 0, text), update);
            return update.values;
        };
        QCOMPARE(*read("P8S-").firmwareVersion, QStringLiteral("P8S"));
        QCOMPARE(*read("----").firmwareVersion, QStringLiteral("----"));
        QCOMPARE(*read("P8S 2.0").firmwareVersion, QStringLiteral("P8S 2.0"));
        QVERIFY(!read(QByteArray(20, ' ')).firmwareVersion);
        QVERIFY(read(QByteArray(41, 'A')) == BatteryState());
        QVERIFY(read("AB\1CD") == BatteryState());
    }

    void readsThePacksBehindAMaster()
    {
        PackConfig config;
        config.cells = 15;
        config.capacityAh = 100;
        Pack first({}, Profile::constant(0));
        Pack second(config, Profile::constant(-10));
        pace::PaceSimulator board(first, 1);
        board.behind(second);
        bool good = false;
        QCOMPARE(*round(*makeAt(2), board, Phase::Identify, &good).capacityAh, 100.0);
        QVERIFY(good);
        QCOMPARE(*round(*makeAt(1), board, Phase::Identify, &good).capacityAh, 280.0);
        QVERIFY(good);
        (void)round(*makeAt(3), board, Phase::Identify, &good);
        QVERIFY(!good); // nobody
        board.refuses = {{0x90, 4}};
        const std::unique_ptr<Driver> driver = makeAt(2);
        (void)round(*driver, board, Phase::Identify);
        QCOMPARE(requestWith(*driver, 0x42, Phase::Poll).bytes, frame("~25014642E00202FD2F"));
    }

    void readsATernaryPackOfTheOtherClass()
    {
        PackConfig config;
        config.chemistry = Chemistry::Nmc;
        config.cells = 14;
        Pack pack(config, Profile::constant(0));
        pace::PaceSimulator board(pack, 1, 0x4F);
        const std::unique_ptr<Driver> driver = make();
        bool good = false;
        BatteryState state = round(*driver, board, Phase::Identify, &good);
        QVERIFY(good);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        state = round(*driver, board, Phase::Identify, &good); // now in the class it understands
        QVERIFY(state.serialNumber);
        QVERIFY(run(*driver, board, driver->control(Control::Charge, 0, state)).result.ok);
    }

    void readsEachAlarm_data()
    {
        QTest::addColumn<int>("byte");
        QTest::addColumn<int>("bit");
        QTest::addColumn<QString>("alarm");
        QTest::addColumn<int>("level");
        const auto rows = [](int byte, std::initializer_list<std::pair<const char *, int>> bits) {
            int bit = 0;
            for (const auto &[alarm, level] : bits) {
                QTest::addRow("byte %d bit %d", byte, bit)
                    << byte << bit << QString::fromLatin1(alarm) << level;
                ++bit;
            }
        };
        rows(3, {{"HighCellVoltage", 2},
                 {"LowCellVoltage", 2},
                 {"HighVoltage", 2},
                 {"LowVoltage", 2},
                 {"HighChargeCurrent", 2},
                 {"HighDischargeCurrent", 2},
                 {"HighDischargeCurrent", 2},
                 {"HighVoltage", 2}});
        rows(4, {{"HighChargeTemperature", 2},
                 {"HighTemperature", 2},
                 {"LowChargeTemperature", 2},
                 {"LowTemperature", 2},
                 {"HighInternalTemperature", 2},
                 {"HighInternalTemperature", 2},
                 {"LowTemperature", 2},
                 {"", 0}});
        rows(5, {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}});
        rows(6, {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}});
        rows(7, {{"InternalFailure", 2},
                 {"InternalFailure", 2},
                 {"InternalFailure", 1},
                 {"", 0},
                 {"InternalFailure", 2},
                 {"InternalFailure", 2},
                 {"", 0},
                 {"", 0}});
        rows(10, {{"HighCellVoltage", 1},
                  {"LowCellVoltage", 1},
                  {"HighVoltage", 1},
                  {"LowVoltage", 1},
                  {"HighChargeCurrent", 1},
                  {"HighDischargeCurrent", 1},
                  {"", 0},
                  {"", 0}});
        rows(11, {{"HighChargeTemperature", 1},
                  {"HighTemperature", 1},
                  {"LowChargeTemperature", 1},
                  {"LowTemperature", 1},
                  {"HighInternalTemperature", 1},
                  {"LowTemperature", 1},
                  {"HighInternalTemperature", 1},
                  {"LowSoc", 1}});
    }
    void readsEachAlarm()
    {
        QFETCH(const int, byte);
        QFETCH(const int, bit);
        QFETCH(const QString, alarm);
        QFETCH(const int, level);
        QByteArray bytes(12, '\0');
        bytes[byte] = static_cast<char>(1 << bit);
        const BatteryState state = status(bytes);
        QVERIFY(!state.alarms.isEmpty());
        QCOMPARE(raised(state),
                 alarm.isEmpty() ? QStringList() : QStringList(alarm + QString::number(level)));
    }

    void takesTheHigherLevel()
    {
        QCOMPARE(raised(status(hex("000000010000000000000100"))),
                 QStringList(QStringLiteral("HighCellVoltage2")));
        QCOMPARE(*status(hex("000000018000000400000000")).problemCode, 0x018004);
    }

    void seesTheFetsAndWhoOpenedThem()
    {
        BatteryState state = status(hex("000000000006000000000000"));
        QVERIFY(*state.chargeAllowed && *state.dischargeAllowed);
        QVERIFY(state.notices.none());
        state = status(hex("000000000004020000000000"));
        QVERIFY(!*state.chargeAllowed && *state.dischargeAllowed);
        QVERIFY(state.notices.test(static_cast<size_t>(Notice::LockedByCommand)));
        state = status(hex("000000000002040000000000"));
        QVERIFY(*state.chargeAllowed && !*state.dischargeAllowed);
        QVERIFY(state.notices.test(static_cast<size_t>(Notice::LockedByCommand)));
    }

    void seesWhichCellsBalance()
    {
        const BatteryState state = status(hex("000000000006000004800000"));
        QCOMPARE(*state.balancing, true);
        QVERIFY(state.cellBalancing.at(2) && state.cellBalancing.at(15));
        QCOMPARE(std::count(state.cellBalancing.begin(), state.cellBalancing.end(), true), 2);
        const BatteryState swapped =
            status(hex("000000000006000004800000"),
                   {{QStringLiteral("balanceByteOrder"), QStringLiteral("swapped")}});
        QVERIFY(swapped.cellBalancing.at(10) && swapped.cellBalancing.at(7));
    }

    void switchesAndLooks()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const auto order = [&](Control control, double value) {
            return run(*driver, board, driver->control(control, value, {}));
        };
        const Course off = order(Control::Charge, 0);
        QVERIFY(off.result.ok);
        QCOMPARE(off.sent,
                 QByteArrayList({frame("~25014644E00201FD2E"), ydt1363::makeFrame(header, 1, 0x9A, hex("00")),
                                 frame("~25014644E00201FD2E")}));
        QVERIFY(!pack.chargeFet() && pack.dischargeFet());
        QVERIFY(order(Control::Charge, 1).result.ok);
        QVERIFY(pack.chargeFet());
        QCOMPARE(order(Control::Discharge, 0).sent.at(1), ydt1363::makeFrame(header, 1, 0x9B, hex("00")));
        QVERIFY(!pack.dischargeFet());
        QCOMPARE(order(Control::Discharge, 1).sent.at(1), ydt1363::makeFrame(header, 1, 0x9B, hex("01")));
        QVERIFY(!driver->control(Control::StateOfCharge, 50, {}));
    }

    void neverSwitchesBothFetsOff()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        QVERIFY(run(*driver, board, driver->control(Control::Discharge, 0, {})).result.ok);
        const Course both = run(*driver, board, driver->control(Control::Charge, 0, {}));
        QVERIFY(!both.result.ok && both.result.error.contains(QStringLiteral("both FETs")));
        QCOMPARE(both.sent.size(), 1); // the command was not sent
        QVERIFY(pack.chargeFet());
    }

    void believesTheReadingInsteadOfTheAnswer()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const auto off = [&](int silentFrom = 1000, int abortAt = 1000) {
            pack.lockCharge(false);
            return run(*driver, board, driver->control(Control::Charge, 0, {}), silentFrom, abortAt);
        };
        board.refusesButDoes = {0x9A};
        QVERIFY(off().result.ok);
        board.refusesButDoes.clear();
        board.ignores = {0x9A};
        const Course ignored = off();
        QVERIFY(!ignored.result.ok && !ignored.result.refused);
        QVERIFY(ignored.result.error.contains(QStringLiteral("still on")));
        QCOMPARE(ignored.sent.size(), 5); // looked three times
        board.refuses = {{0x9A, 0x09}};
        const Course refused = off();
        QVERIFY(!refused.result.ok && refused.result.refused);
        QVERIFY(refused.result.error.contains(QStringLiteral("0x09")));
        board.refuses.clear();
        board.ignores.clear();
        for (const int step : {0, 1, 2}) {
            const Course silent = off(step);
            QVERIFY(!silent.result.ok);
            QVERIFY(silent.result.error.contains(QStringLiteral("no reply")));
        }
        QVERIFY(off(1000, 1).result.error.contains(QStringLiteral("stopped")));
    }

    void writesEachSettingAndReadsItBack()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const Course all = run(*driver, board, driver->readParameters({}));
        QVERIFY(all.result.ok);
        QCOMPARE(all.sent.size(), 17); // each block once
        QCOMPARE(valueOf(all, "cellOvervoltage").toDouble(), 3.65);
        QCOMPARE(valueOf(all, "cellOvervoltageDelay").toDouble(), 1.0);
        QCOMPARE(valueOf(all, "dischargeOvercurrent").toDouble(), 110.0);
        QCOMPARE(valueOf(all, "chargeOvertemperature").toDouble(), 55.0);
        QCOMPARE(valueOf(all, "lowSocAlarm").toDouble(), 5.0);
        QCOMPARE(valueOf(all, "dischargeOvercurrent2Delay").toDouble(), 500.0);
        for (const ParameterInfo &info : driver->parameters()) {
            for (const double value : {info.minimum, info.maximum}) {
                const Course course = run(*driver, board, driver->writeParameters({{info.id, value}}));
                QVERIFY2(course.result.ok == info.writable,
                         qPrintable(info.id + QLatin1Char(' ') + course.result.error));
                if (info.writable)
                    QVERIFY(std::abs(
                                course.read.empty()
                                    ? 1e9
                                    : valueOf({course.result, {course.read.rbegin(), course.read.rend()}, {}},
                                              info.id.toLatin1().constData())
                                              .toDouble() -
                                          value) < 1e-9);
            }
        }
    }

    void leavesNeighboursOfASettingAsTheyAre()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const Course sleep =
            run(*driver, board, driver->writeParameters({{QStringLiteral("sleepDelay"), 30}}));
        QVERIFY(sleep.result.ok);
        QCOMPARE(sleep.sent.at(1), ydt1363::makeFrame(header, 1, 0xA8, hex("0c4e771e")));
        // Discharge currents are told as negative numbers and taken as positive ones.
        const Course current =
            run(*driver, board, driver->writeParameters({{QStringLiteral("dischargeOvercurrent"), 150}}));
        QVERIFY(current.result.ok);
        QCOMPARE(current.sent.at(1), ydt1363::makeFrame(header, 1, 0xDA, hex("006900960a")));
        QCOMPARE(run(*driver, board, driver->readParameters({QStringLiteral("dischargeOvercurrentAlarm")}))
                     .read.at(0)
                     .value.toDouble(),
                 105.0);
    }

    void tellsHowAWriteFailed()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        const auto write = [&](const char *id, double value, int silentFrom = 1000) {
            return run(*driver, board, driver->writeParameters({{QLatin1String(id), value}}), silentFrom);
        };
        using Status = ParameterOutcome::Status;
        board.ignores = {0xD0};
        const Course lies = write("cellOvervoltage", 3.6);
        QVERIFY(!lies.result.ok && lies.result.parameters.at(0).status == Status::NotVerified);
        board.refuses = {{0xB5, 0x06}, {0xAF, 0x04}};
        const Course refused = write("balanceStart", 3.4);
        QVERIFY(refused.result.refused && refused.result.parameters.at(0).status == Status::Refused);
        const Course unreadable = write("lowSocAlarm", 10);
        QVERIFY(unreadable.result.refused);
        QCOMPARE(unreadable.sent.size(), 1); // nothing is written blindly
        QVERIFY(write("cellUndervoltage", 2.6, 0).result.parameters.at(0).status == Status::NoReply);
        QVERIFY(write("cellUndervoltage", 2.6, 1).result.parameters.at(0).status == Status::NoReply);
        QVERIFY(write("cellUndervoltage", 2.6, 2).result.parameters.at(0).status == Status::NotVerified);
        QVERIFY(!write("canProtocol", 2).result.ok);
        QVERIFY(!write("nonsense", 2).result.ok);
        QVERIFY(!write("cellOvervoltage", 9).result.ok);
    }

    void takesNothingFromDamagedReplies()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        damagedFramesGiveNothing(make, board, header, {0xC1, 0xC2});
    }

    void takesALateReplyToSomethingElseForNothing()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        lateRepliesGiveNothing(make, board, {0xC1, 0xC2});
    }

    void doesNotRecogniseOthers()
    {
        Pack pack({}, Profile::constant(0));
        pace::PaceSimulator board(pack, 1);
        const std::unique_ptr<Driver> driver = make();
        BatteryState read = round(*driver, board, Phase::Identify);
        QVERIFY(driver->recognise(read) == Recognition::Yes);
        QVERIFY(make()->recognise(read) == Recognition::No); // nobody told it the version
        read.voltage = *read.voltage * 1.04;
        QVERIFY(driver->recognise(read) == Recognition::No);
        read.cellVoltages.clear();
        QVERIFY(driver->recognise(read) == Recognition::No);
    }
};

QTEST_GUILESS_MAIN(TestPace)
#include "tst_pace.moc"
