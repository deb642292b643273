// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/tdt/tdtdriver.h"
#include "drivers/tdt/tdtsimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/radiotalk.h"
#include "tests/drivers/modbus/boardtalk.h"

using namespace sb;
using namespace sb::talk;

class TestTdt : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Driver> make()
    {
        return tdt::driver().create({TransportKind::Bluetooth, std::nullopt, {}});
    }
    static std::vector<Request> asked(Driver &driver, Phase phase)
    {
        std::vector<Request> requests;
        driver.requests(phase, requests);
        return requests;
    }
    /// A round in which each form of a question is tried once.
    static BatteryState round(Driver &driver, SimulatedDevice &board, Phase phase)
    {
        Update update;
        for (Request request : asked(driver, phase)) {
            const GattProfile &profile = driver.info().bluetooth.profiles.front();
            for (size_t form = 0; form <= request.otherForms.size(); ++form, request.nextForm()) {
                const QByteArrayList chunks = inChunks(radioAnswer(board, request, profile), 20);
                if (hearChunks(driver, request, chunks, update).state == ReplyState::Complete)
                    break;
            }
        }
        return update.values;
    }

private slots:
    void givesTheKeyFirst()
    {
        const std::unique_ptr<Driver> driver = make();
        const std::vector<Request> requests = asked(*driver, Phase::Identify);
        QCOMPARE(requests[0].bytes, "HiLink");
        QCOMPARE(requests[0].characteristic, bluetoothUuid(0xFFFA));
        QVERIFY(requests[0].optional && !requests[0].reads);
        QCOMPARE(requests[1].characteristic, bluetoothUuid(0xFFFA));
        QVERIFY(requests[1].optional && requests[1].reads && requests[1].bytes.isEmpty());
        QCOMPARE(requests[2].bytes, hex("7e000103009200009f220d"));
        QCOMPARE(requests[3].bytes, hex("7e000103008c000099420d"));
        QCOMPARE(requests[4].bytes, hex("7e000103008d000059130d"));
        QCOMPARE(asked(*driver, Phase::Poll).size(), size_t(2));

        Pack pack({}, Profile::constant(0));
        tdt::TdtSimulator board(pack);
        QVERIFY(driver->recognise(round(*driver, board, Phase::Poll)) == Recognition::No);
        QVERIFY(driver->recognise(round(*driver, board, Phase::Identify)) == Recognition::Yes);
    }

    void findsTheHeadThatIsHeard()
    {
        Pack pack({}, Profile::constant(0));
        tdt::TdtSimulator board(pack);
        board.head = 0x1E;
        board.version = 4;
        const std::unique_ptr<Driver> driver = make();
        const BatteryState state = round(*driver, board, Phase::Identify);
        QVERIFY(driver->recognise(state) == Recognition::Yes);
        QCOMPARE(state.soh, Number(99));
        const std::vector<Request> poll = asked(*driver, Phase::Poll);
        QCOMPARE(poll[0].bytes, hex("1e000103008c0000b1440d"));
        QCOMPARE(poll[1].bytes, hex("1e000103008d000071150d"));
        QVERIFY(poll[0].otherForms.empty());
        // Another unit may come.
        const std::vector<Request> again = asked(*driver, Phase::Identify);
        QCOMPARE(again[3].bytes, poll[0].bytes);
        QCOMPARE(again[3].otherForms, std::vector<QByteArray>{hex("7e000103008c000099420d")});
    }

    void tellsARefusal()
    {
        Pack pack({}, Profile::constant(0));
        tdt::TdtSimulator board(pack);
        board.needsKey = false;
        board.refusesPoint = 0x8C;
        const std::unique_ptr<Driver> driver = make();
        const Request request = asked(*driver, Phase::Poll).front();
        Update update;
        std::vector<SimulatedReply> replies;
        board.receive(bytesOf(request.bytes), replies);
        const Reply reply = hear(*driver, request, replies.front().bytes, update);
        QVERIFY(reply.state == ReplyState::Refused);
        QCOMPARE(reply.code, 2);
        QVERIFY(update.values == BatteryState());
    }
};

QTEST_GUILESS_MAIN(TestTdt)
#include "tst_tdt.moc"
