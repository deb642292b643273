// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ecoworthy/ecoworthydriver.h"
#include "drivers/ecoworthy/ecoworthysimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"
#include "tests/drivers/binary/radiotalk.h"

using namespace sb;
using namespace sb::talk;
using ecoworthy::EcoworthySimulator;

class TestEcoworthy : public QObject
{
    Q_OBJECT

    Pack m_pack{{.cells = 4, .capacityAh = 100}, Profile::constant(-5)};
    std::unique_ptr<Driver> m_driver;

    /// \return what was written until the reading was there.
    QByteArrayList asked(EcoworthySimulator &board, qsizetype chunk, BatteryState &read)
    {
        std::vector<Request> requests;
        m_driver->requests(Phase::Poll, requests);
        QByteArrayList sent;
        Update update;
        for (size_t at = 0; at < requests.size();) {
            if (!requests[at].bytes.isEmpty())
                sent.append(requests[at].bytes.toHex());
            const QByteArrayList heard = inChunks(
                radioAnswer(board, requests[at], m_driver->info().bluetooth.profiles.front()), chunk);
            const bool answered =
                hearChunks(*m_driver, requests[at], heard, update).state == ReplyState::Complete;
            at = requestAfter(requests, at, answered);
        }
        read = update.values;
        return sent;
    }

private slots:
    void initTestCase() { m_pack.advance(5); }
    void init() { m_driver = ecoworthy::driver().create({TransportKind::Bluetooth, {}, {}}); }

    void listensFirst()
    {
        EcoworthySimulator board(m_pack);
        BatteryState read;
        QVERIFY(asked(board, 20, read).isEmpty());
        QVERIFY(m_driver->recognise(read) == Recognition::Yes);
        QCOMPARE(read.remainingAh, Number(*read.soc * *read.capacityAh / 100));
    }
    void wakesARadioThatIsSilent()
    {
        EcoworthySimulator board(m_pack);
        board.commandsHeard = 0;
        BatteryState read;
        const QByteArrayList both{"ff0802000b01006401ffffffffffffff002d",
                                  "ff0802000b01001401ffffffffffffff65ef"};
        // What it says to the second command is cells only: the pair comes by itself then.
        QCOMPARE(asked(board, 20, read), both);
        QVERIFY(asked(board, 20, read).isEmpty());
        QVERIFY(m_driver->recognise(read) == Recognition::Yes);
        QVERIFY(!m_driver->info().bluetooth.probes);
    }
    void takesFramesWithTheAddress_data()
    {
        QTest::addColumn<int>("chunk");
        for (const int chunk : {0, 1, 13, 20, 80})
            QTest::addRow("%d", chunk) << chunk;
    }
    void takesFramesWithTheAddress()
    {
        QFETCH(const int, chunk);
        EcoworthySimulator board(m_pack);
        board.tellsAddress = true;
        for (int i = 0; i < 3; ++i) {
            BatteryState read;
            QVERIFY(asked(board, chunk, read).isEmpty());
            QVERIFY(m_driver->recognise(read) == Recognition::Yes);
            QVERIFY(std::abs(*read.current - m_pack.current()) <= 0.051);
        }
        QCOMPARE(m_driver->counters().noiseBytes, 0U);
    }
    void asksForFreshFrames()
    {
        EcoworthySimulator board(m_pack);
        std::vector<Request> requests;
        m_driver->requests(Phase::Poll, requests);
        const QByteArrayList pair =
            radioAnswer(board, requests[0], m_driver->info().bluetooth.profiles.front());
        QCOMPARE(pair.size(), 2);
        Update update;
        for (const QByteArray &each : pair) // never one of this round with one of the last
            QVERIFY(hearChunks(*m_driver, requests[0], {each}, update).state == ReplyState::Waiting);
        QVERIFY(update.values == BatteryState());
    }
};

QTEST_GUILESS_MAIN(TestEcoworthy)
#include "tst_ecoworthy.moc"
