// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/jk_ble/jk_bledriver.h"
#include "drivers/jk_ble/jk_blesimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;

class TestJkBle : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return jk_ble::driver().create({TransportKind::Bluetooth, {}, {}});
    }

    static StepResult asked(Driver &driver, SimulatedDevice &board, const Request &request, Update &update)
    {
        const GattProfile &profile = driver.info().bluetooth.profiles.front();
        const Reply reply = hearChunks(driver, request, radioAnswer(board, request, profile), update);
        if (reply.state == ReplyState::Complete)
            return {StepResult::End::Complete, 0, &update};
        return {StepResult::End::Timeout, 0, nullptr};
    }

    static BatteryState identify(Driver &driver, SimulatedDevice &board)
    {
        std::vector<Request> requests;
        driver.requests(Phase::Identify, requests);
        Update update;
        for (size_t at = 0; at < requests.size();) {
            const StepResult end = asked(driver, board, requests[at], update);
            at = requestAfter(requests, at, end.end == StepResult::End::Complete);
        }
        return update.values;
    }

    struct Outcome
    {
        ProcedureResult result;
        std::vector<ParameterValue> values;
        QByteArrayList sent;
    };
    static Outcome run(Driver &driver, SimulatedDevice &board, const std::unique_ptr<Procedure> &procedure)
    {
        Outcome outcome;
        StepResult last;
        Update update;
        while (const std::optional<Request> request = procedure->next(last)) {
            outcome.sent.append(request->bytes.toHex());
            update.clear();
            last = asked(driver, board, *request, update);
            outcome.values.insert(outcome.values.end(), update.parameters.begin(), update.parameters.end());
        }
        outcome.result = procedure->result();
        return outcome;
    }

private slots:
    void asksWhatTheProtocolFilePrints()
    {
        std::vector<Request> requests;
        make()->requests(Phase::Identify, requests);
        QByteArrayList said;
        for (const Request &request : requests)
            said.append(request.bytes.toHex());
        QVERIFY(said.contains("aa5590eb97000000000000000000000000000011"));
        QVERIFY(said.contains("aa5590eb96000000000000000000000000000010"));
    }

    void readsBothGenerations_data()
    {
        QTest::addColumn<bool>("narrow");
        QTest::newRow("24 cells") << true;
        QTest::newRow("32 cells") << false;
    }
    void readsBothGenerations()
    {
        QFETCH(const bool, narrow);
        Pack pack({}, Profile::constant(-12));
        pack.advance(5);
        jk_ble::JkBleSimulator board(pack);
        if (narrow)
            board.makeNarrow();
        const auto driver = make();
        const BatteryState state = identify(*driver, board);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(std::abs(*state.voltage - pack.voltage()) < 0.001);
        QVERIFY(std::abs(*state.current - pack.current()) < 0.001);
        QCOMPARE(state.cellVoltages.size(), 16U);
        QCOMPARE(state.temperatures.size(), narrow ? 2U : 3U);
        QCOMPARE(state.maxVoltage.has_value(), !narrow);
        QCOMPARE(*state.maxChargeCurrent, 150.0);
        QCOMPARE(*state.serialNumber, narrow ? QStringLiteral("2032816077") : QStringLiteral("40311223344"));
    }

    void goesOnWithoutSettings()
    {
        Pack pack({}, Profile::constant(-12));
        pack.advance(5);
        jk_ble::JkBleSimulator board(pack);
        board.leavesSettings = true;
        const auto driver = make();
        const BatteryState state = identify(*driver, board);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QVERIFY(!state.maxChargeCurrent);
    }

    void switches_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<QByteArray>("off");
        QTest::newRow("charge") << int(Control::Charge)
                                << QByteArray("aa5590eb1d04000000000000000000000000009b");
        QTest::newRow("discharge") << int(Control::Discharge)
                                   << QByteArray("aa5590eb1e04000000000000000000000000009c");
        QTest::newRow("balancing") << int(Control::Balancing)
                                   << QByteArray("aa5590eb1f04000000000000000000000000009d");
    }
    void switches()
    {
        QFETCH(const int, control);
        QFETCH(const QByteArray, off);
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        jk_ble::JkBleSimulator board(pack);
        const auto driver = make();
        const BatteryState state = identify(*driver, board);
        const auto which = static_cast<Control>(control);
        const auto go = [&](double value) {
            return run(*driver, board, driver->control(which, value, state));
        };
        Outcome outcome = go(0);
        QVERIFY2(outcome.result.ok, qPrintable(outcome.result.error));
        QCOMPARE(outcome.sent.front(), off);
        QVERIFY(go(1).result.ok);
        board.tellsChanges = false;
        QVERIFY(go(0).result.ok);
        board.ignoresWrites = true;
        outcome = go(1);
        QVERIFY(!outcome.result.ok);
        QVERIFY(outcome.result.error.contains(QLatin1String("did not change")));
        board.isDeafToWrites = true;
        QVERIFY(!go(1).result.ok);
    }

    void writesSettings_data()
    {
        QTest::addColumn<bool>("narrow");
        QTest::addColumn<QString>("id");
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("reg");
        QTest::addColumn<QByteArray>("raw");
        QTest::newRow("overvoltage") << false << "cellOvervoltage" << 3.6 << 0x04 << QByteArray("100e0000");
        QTest::newRow("balance start") << false << "balanceStart" << 3.4 << 0x22 << QByteArray("480d0000");
        QTest::newRow("balance start, 24 cells")
            << true << "balanceStart" << 3.4 << 0x26 << QByteArray("480d0000");
        QTest::newRow("undertemperature")
            << false << "chargeUndertemperature" << -3.5 << 0x18 << QByteArray("ddffffff");
        QTest::newRow("heating stop") << false << "heatingStop" << -4.0 << 0x38 << QByteArray("fc");
        QTest::newRow("heating") << false << "heating" << 1.0 << 0x27 << QByteArray("01000000");
        QTest::newRow("display off") << false << "displayAlwaysOn" << 0.0 << 0x2B << QByteArray("00000000");
        QTest::newRow("capacity") << false << "capacity" << 230.0 << 0x20 << QByteArray("70820300");
    }
    void writesSettings()
    {
        QFETCH(const bool, narrow);
        QFETCH(const QString, id);
        QFETCH(const double, value);
        QFETCH(const int, reg);
        QFETCH(const QByteArray, raw);
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        jk_ble::JkBleSimulator board(pack);
        if (narrow)
            board.makeNarrow();
        const auto driver = make();
        (void)identify(*driver, board);
        const Outcome outcome = run(*driver, board, driver->writeParameters({{id, value}}));
        QVERIFY2(outcome.result.ok, qPrintable(outcome.result.error));
        QCOMPARE(board.lastRegister, reg);
        QCOMPARE(board.lastValue.toHex(), raw);
        const Outcome back = run(*driver, board, driver->readParameters({id}));
        QVERIFY(back.result.ok);
        const auto at = std::find_if(back.values.begin(), back.values.end(),
                                     [&](const auto &each) { return each.id == id; });
        QVERIFY(at != back.values.end());
        QCOMPARE(at->value.toDouble(), value);
        // A value that the board did not take is no success, whatever it told before.
        board.ignoresWrites = true;
        const auto &infos = driver->parameters();
        const auto info =
            std::find_if(infos.begin(), infos.end(), [&](const auto &each) { return each.id == id; });
        const double other = value == info->minimum ? info->maximum : info->minimum;
        QVERIFY(!run(*driver, board, driver->writeParameters({{id, other}})).result.ok);
    }

    void doesNotWriteWhatABoardDoesNotHave()
    {
        Pack pack({}, Profile::constant(0));
        pack.advance(5);
        jk_ble::JkBleSimulator board(pack);
        board.makeNarrow();
        const auto driver = make();
        (void)identify(*driver, board);
        for (const char *id : {"heating", "chargeCellVoltage", "dischargeUndertemperature"})
            QVERIFY(!run(*driver, board, driver->writeParameters({{QLatin1String(id), 1.0}})).result.ok);
        QCOMPARE(board.writes, 0);
    }
};

QTEST_GUILESS_MAIN(TestJkBle)
#include "tst_jk_ble.moc"
