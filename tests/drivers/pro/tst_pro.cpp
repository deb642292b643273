// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/pro/prodriver.h"
#include "drivers/pro/prosimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"

#include <QTest>

using namespace sb;
using namespace sb::talk;
using namespace sb::pro;

namespace {

constexpr int calibrationReadings = 30;

} // namespace

class TestPro : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make() { return pro::driver().create({TransportKind::Bluetooth, {}, {}}); }
    static std::vector<Request> requests(Driver &driver, Phase phase)
    {
        std::vector<Request> list;
        driver.requests(phase, list);
        return list;
    }
    static ReplyState ask(Driver &driver, SimulatedDevice &board, const Request &request, Update &update)
    {
        const GattProfile &profile = driver.info().bluetooth.profiles.front();
        return hearChunks(driver, request, radioAnswer(board, request, profile), update).state;
    }

private slots:
    void startsAsTheProtocolFileSays()
    {
        const auto driver = make();
        QByteArrayList asked;
        for (const Request &request : requests(*driver, Phase::Identify))
            asked.append(request.bytes.toHex());
        QCOMPARE(asked, (QByteArrayList{"55aa0a0101558004077f648e682b", "55aa070101558040000095",
                                        "55aa070101558042000097", "55aa0901015580430000120084"}));
        const std::vector<Request> poll = requests(*driver, Phase::Poll);
        QCOMPARE(poll.size(), 1U);
        QVERIFY(poll[0].bytes.isEmpty());
        QVERIFY(!driver->info().bluetooth.probes);
    }

    void onlyTheGreetingAnswersTheGreeting()
    {
        const auto driver = make();
        const std::vector<Request> start = requests(*driver, Phase::Identify);
        for (const char *reply : {"55aa070380aa01040000002c",
                                  "55aa2d0480aa01701c05000096090080e2000000ad19000033000000ca050000890c0000"
                                  "770b0000044e000082648e684000"}) {
            Update update;
            QVERIFY(hearChunks(*driver, start[0], {QByteArray::fromHex(reply)}, update).state ==
                    ReplyState::Waiting);
            QVERIFY(update.values == BatteryState());
        }
    }

    void tellsNoStateOfChargeWhileItCalibrates()
    {
        Pack pack({.cells = 4, .capacityAh = 100}, Profile::constant(-5));
        pack.advance(5);
        ProSimulator board(pack);
        board.calibrating = 3;
        const auto driver = make();
        Update update;
        for (const Request &request : requests(*driver, Phase::Identify)) {
            const ReplyState state = ask(*driver, board, request, update);
            QCOMPARE(state == ReplyState::Complete, !request.optional);
        }
        QVERIFY(!update.values.soc && update.values.remainingAh);
        QVERIFY(driver->recognise(update.values) == Recognition::Yes);
        const Request listen = requests(*driver, Phase::Poll).front();
        for (int i = 0; i < 3; ++i) {
            update.clear();
            QVERIFY(ask(*driver, board, listen, update) == ReplyState::Complete);
            QCOMPARE(update.values.soc.has_value(), i == 2);
        }
        // One that stays at 0 is empty.
        board.calibrating = 1000;
        for (int i = 0; i <= calibrationReadings; ++i) {
            update.clear();
            QVERIFY(ask(*driver, board, listen, update) == ReplyState::Complete);
        }
        QCOMPARE(update.values.soc, 0.0);
    }

    void theDirectionOfTooMuchCurrent_data()
    {
        QTest::addColumn<double>("amperes");
        QTest::newRow("charging") << 20.0;
        QTest::newRow("discharging") << -20.0;
    }
    void theDirectionOfTooMuchCurrent()
    {
        QFETCH(const double, amperes);
        QByteArray frame(50, '\0');
        frame.replace(0, 5, QByteArray::fromHex("55aa2d0480"));
        frame.replace(8, 2, QByteArray::fromHex("d007"));    // 20 V
        frame.replace(12, 3, QByteArray::fromHex("204e00")); // 20 A
        frame[15] = amperes < 0 ? '\x84' : '\x04';
        frame.replace(32, 2, QByteArray::fromHex("409c")); // 400 W
        const auto driver = make();
        Update update;
        QVERIFY(hearChunks(*driver, requests(*driver, Phase::Poll).front(), {frame}, update).state ==
                ReplyState::Complete);
        QCOMPARE(update.values.current, amperes);
        QCOMPARE(update.values.power, 20 * amperes);
        QCOMPARE(update.values.alarms.level(AlarmName::HighChargeCurrent),
                 amperes > 0 ? AlarmLevel::Alarm : AlarmLevel::Ok);
        QCOMPARE(update.values.alarms.level(AlarmName::HighDischargeCurrent),
                 amperes < 0 ? AlarmLevel::Alarm : AlarmLevel::Ok);
    }
};

QTEST_GUILESS_MAIN(TestPro)
#include "tst_pro.moc"
