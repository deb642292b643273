// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/humsienk/humsienkdriver.h"
#include "drivers/humsienk/humsienksimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;

class TestHumsienk : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return humsienk::driver().create({TransportKind::Bluetooth, {}, {}});
    }

    struct Outcome
    {
        ProcedureResult result;
        std::vector<ParameterValue> values;
        QByteArrayList sent;
    };
    static Outcome run(Driver &driver, SimulatedDevice &board, const std::unique_ptr<Procedure> &procedure)
    {
        const GattProfile &profile = driver.info().bluetooth.profiles.front();
        Outcome outcome;
        StepResult last;
        Update update;
        while (const std::optional<Request> request = procedure->next(last)) {
            outcome.sent.append(request->bytes.toHex());
            update.clear();
            const Reply reply = hearChunks(driver, *request, radioAnswer(board, *request, profile), update);
            last = reply.state == ReplyState::Complete ? StepResult{StepResult::End::Complete, 0, &update}
                                                       : StepResult{StepResult::End::Timeout, 0, nullptr};
            outcome.values.insert(outcome.values.end(), update.parameters.begin(), update.parameters.end());
        }
        outcome.result = procedure->result();
        return outcome;
    }

    /// A radio that confirms in the words of the question, or not at all.
    class Mirror final : public SimulatedDevice
    {
    public:
        Mirror(SimulatedDevice &board, bool confirms)
            : m_board(board)
            , m_confirms(confirms)
        {}
        void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override
        {
            const bool switches = bytes.size() == 6;
            std::vector<SimulatedReply> theirs;
            m_board.receive(bytes, theirs);
            if (switches)
                theirs = {{viewOf(bytes).toByteArray(), 10, {}}};
            if (!switches || m_confirms)
                replies.insert(replies.end(), theirs.begin(), theirs.end());
        }

    private:
        SimulatedDevice &m_board;
        bool m_confirms;
    };

private slots:
    void switches_data()
    {
        QTest::addColumn<int>("control");
        QTest::addColumn<QByteArray>("on");
        QTest::addColumn<QByteArray>("off");
        QTest::newRow("charge") << int(Control::Charge) << QByteArray("aa5001015200")
                                << QByteArray("aa5001005100");
        QTest::newRow("discharge") << int(Control::Discharge) << QByteArray("aa5101015300")
                                   << QByteArray("aa5101005200");
        QTest::newRow("heater") << int(Control::Heater) << QByteArray("aa5201015400")
                                << QByteArray("aa5201005300");
    }
    void switches()
    {
        QFETCH(const int, control);
        QFETCH(const QByteArray, on);
        QFETCH(const QByteArray, off);
        PackConfig config;
        config.cells = 8;
        Pack pack(config, Profile::constant(0));
        pack.advance(5);
        humsienk::HumsienkSimulator board(pack);
        const auto driver = make();
        const auto go = [&](SimulatedDevice &device, double value) {
            return run(*driver, device, driver->control(static_cast<Control>(control), value, {}));
        };
        Outcome outcome = go(board, 1);
        QVERIFY2(outcome.result.ok, qPrintable(outcome.result.error));
        QCOMPARE(outcome.sent.front(), on);
        outcome = go(board, 0);
        QVERIFY(outcome.result.ok);
        QCOMPARE(outcome.sent.front(), off);
        Mirror mirror(board, true);
        QVERIFY(go(mirror, 1).result.ok);
        board.ignoresSwitches = true;
        outcome = go(board, 0);
        QVERIFY(!outcome.result.ok);
        QVERIFY(outcome.result.error.contains(QLatin1String("did not change")));
        Mirror silent(board, false);
        QVERIFY(!go(silent, 0).result.ok);
        QVERIFY(!driver->control(Control::StateOfCharge, 50, {}));
    }

    void readsItsConfiguration()
    {
        PackConfig config;
        config.cells = 8;
        Pack pack(config, Profile::constant(0));
        humsienk::HumsienkSimulator board(pack);
        const auto driver = make();
        const Outcome outcome = run(*driver, board, driver->readParameters({}));
        QVERIFY(outcome.result.ok);
        QCOMPARE(outcome.sent, QByteArrayList{"aa58005800"});
        const auto value = [&](const char *id) {
            const auto at =
                std::find_if(outcome.values.begin(), outcome.values.end(),
                             [id](const ParameterValue &each) { return each.id == QLatin1String(id); });
            return at == outcome.values.end() ? std::nan("") : at->value.toDouble();
        };
        QCOMPARE(value("cellCount"), 8.0);
        QCOMPARE(value("capacity"), 100.0);
        QCOMPARE(value("cellOvervoltage"), 3.65);
        QCOMPARE(value("dischargeOvercurrent2"), 300.0);
        QCOMPARE(value("chargeOvertemperature"), 55.0);
        QCOMPARE(value("dischargeUndertemperature"), -20.0);
        QVERIFY(!driver->writeParameters({{QStringLiteral("capacity"), 50.0}}));
    }
};

QTEST_GUILESS_MAIN(TestHumsienk)
#include "tst_humsienk.moc"
