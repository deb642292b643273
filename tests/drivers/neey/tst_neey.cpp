// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/checksum.h"
#include "drivers/neey/neeydriver.h"
#include "drivers/neey/neeysimulator.h"
#include "simulator/pack.h"
#include "tests/drivers/binary/damage.h"

using namespace sb;
using namespace sb::talk;

class TestNeey : public QObject
{
    Q_OBJECT

    static constexpr qsizetype cellsAt = 9;
    static constexpr qsizetype sumAt = 298;
    Pack m_pack{{.cells = 16, .capacityAh = 100}, Profile::constant(0)};

    /// The reply with \a volts as the voltage of \a cell, counted from 0.
    static QByteArray with(QByteArray reply, qsizetype cell, float volts)
    {
        QByteArray raw(4, '\0');
        memcpy(raw.data(), &volts, sizeof(volts));
        reply.replace(cellsAt + 4 * cell, 4, raw);
        reply[sumAt] = static_cast<char>(checksum(Checksum::Sum8, bytesOf(reply.first(sumAt))));
        return reply;
    }

private slots:
    void initTestCase() { m_pack.advance(5); }

    /// A cell that is nearly empty, dead or without its wire keeps its place, the last one as well.
    void keepsThePlaceOfADeadCell()
    {
        neey::NeeySimulator board(m_pack);
        const auto driver = neey::driver().create({TransportKind::Bluetooth, {}, {}});
        std::vector<Request> requests;
        driver->requests(Phase::Identify, requests);
        const Request &request = requests.back();
        const QByteArray good = answerOf(board, request);
        Update update;
        QVERIFY(hear(*driver, request, good, update).state == ReplyState::Complete);
        QCOMPARE(update.values.cellCount, 16);
        update = {};
        const QByteArray bad = with(with(with(good, 3, 0.31F), 7, 0), 15, 0.2F);
        QVERIFY(hear(*driver, request, bad, update).state == ReplyState::Complete);
        QCOMPARE(update.values.cellCount, 16);
        QCOMPARE(update.values.cellVoltages[3], Number(0.31));
        QVERIFY(!update.values.cellVoltages[7]);
        QCOMPARE(update.values.cellVoltages[15], Number(0.2));
        QCOMPARE(update.values.cellResistances.size(), size_t(16));
    }
};

QTEST_GUILESS_MAIN(TestNeey)
#include "tst_neey.moc"
