// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/bytes.h"

#include <QTest>
#include <limits>

using namespace sb;

class tst_bytes : public QObject
{
    Q_OBJECT

private slots:
    void readsEachWireType_data();
    void readsEachWireType();
    void givesNothingWhereTheBytesEndEarly_data();
    void givesNothingWhereTheBytesEndEarly();
    void survivesAnyOffset_data();
    void survivesAnyOffset();
    void readsFloats_data();
    void readsFloats();
    void refusesFloatsThatAreNoQuantity_data();
    void refusesFloatsThatAreNoQuantity();
    void refusesToReadAFloatAsInteger();
    void readsBackWhatItAppended_data();
    void readsBackWhatItAppended();
    void appendsFloatPatternsInTheirByteOrder();
    void writesHexWithBlanks();
    void viewsTheSameBytes();

private:
    static void wires();
};

void tst_bytes::wires()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<int>("size");
    QTest::newRow("U8") << Wire::U8 << 1;
    QTest::newRow("S8") << Wire::S8 << 1;
    QTest::newRow("U16BE") << Wire::U16BE << 2;
    QTest::newRow("U16LE") << Wire::U16LE << 2;
    QTest::newRow("S16BE") << Wire::S16BE << 2;
    QTest::newRow("S16LE") << Wire::S16LE << 2;
    QTest::newRow("U32BE") << Wire::U32BE << 4;
    QTest::newRow("U32LE") << Wire::U32LE << 4;
    QTest::newRow("S32BE") << Wire::S32BE << 4;
    QTest::newRow("S32LE") << Wire::S32LE << 4;
    QTest::newRow("F32BE") << Wire::F32BE << 4;
    QTest::newRow("F32LE") << Wire::F32LE << 4;
}

void tst_bytes::readsEachWireType_data()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<qint64>("expected");
    QTest::newRow("U8 highest") << Wire::U8 << QByteArray("ff") << qint64(255);
    QTest::newRow("U8 zero") << Wire::U8 << QByteArray("00") << qint64(0);
    QTest::newRow("S8 highest") << Wire::S8 << QByteArray("7f") << qint64(127);
    QTest::newRow("S8 lowest") << Wire::S8 << QByteArray("80") << qint64(-128);
    QTest::newRow("U16BE") << Wire::U16BE << QByteArray("1234") << qint64(0x1234);
    QTest::newRow("U16BE highest") << Wire::U16BE << QByteArray("ffff") << qint64(65535);
    QTest::newRow("U16LE") << Wire::U16LE << QByteArray("1234") << qint64(0x3412);
    QTest::newRow("S16BE highest") << Wire::S16BE << QByteArray("7fff") << qint64(32767);
    QTest::newRow("S16BE lowest") << Wire::S16BE << QByteArray("8000") << qint64(-32768);
    QTest::newRow("S16BE of a JBD current") << Wire::S16BE << QByteArray("f824") << qint64(-2012);
    QTest::newRow("S16LE") << Wire::S16LE << QByteArray("feff") << qint64(-2);
    QTest::newRow("U32BE") << Wire::U32BE << QByteArray("12345678") << qint64(0x12345678);
    QTest::newRow("U32BE highest") << Wire::U32BE << QByteArray("ffffffff") << qint64(4294967295);
    QTest::newRow("U32LE") << Wire::U32LE << QByteArray("12345678") << qint64(0x78563412);
    QTest::newRow("U32LE highest bit") << Wire::U32LE << QByteArray("00000080") << qint64(2147483648);
    QTest::newRow("S32BE lowest") << Wire::S32BE << QByteArray("80000000") << qint64(-2147483648LL);
    QTest::newRow("S32LE") << Wire::S32LE << QByteArray("ffffffff") << qint64(-1);
}

void tst_bytes::readsEachWireType()
{
    QFETCH(Wire, wire);
    QFETCH(QByteArray, hex);
    QFETCH(qint64, expected);
    // Odd offsets: a number may lie unaligned.
    for (int before = 0; before < 4; ++before) {
        const QByteArray bytes =
            QByteArray(before, '\xA5') + QByteArray::fromHex(hex) + QByteArray(1, '\x5A');
        QCOMPARE(readInteger(bytesOf(bytes), static_cast<size_t>(before), wire),
                 std::optional<qint64>(expected));
        QCOMPARE(readNumber(bytesOf(bytes), static_cast<size_t>(before), wire),
                 std::optional<double>(static_cast<double>(expected)));
    }
}

void tst_bytes::givesNothingWhereTheBytesEndEarly_data() { wires(); }

void tst_bytes::givesNothingWhereTheBytesEndEarly()
{
    QFETCH(Wire, wire);
    QFETCH(int, size);
    QCOMPARE(wireSize(wire), size);
    const bool isFloat = wire == Wire::F32BE || wire == Wire::F32LE;
    for (int length = 0; length <= 2 * size; ++length) {
        // Exactly so many bytes on the heap: the address sanitizer sees a read behind them.
        const std::vector<quint8> bytes(static_cast<size_t>(length), 1);
        for (int offset = 0; offset <= length + 2; ++offset) {
            const bool fits = offset + size <= length;
            QCOMPARE(readNumber(bytes, static_cast<size_t>(offset), wire).has_value(), fits);
            QCOMPARE(readInteger(bytes, static_cast<size_t>(offset), wire).has_value(), fits && !isFloat);
        }
    }
}

void tst_bytes::survivesAnyOffset_data() { wires(); }

void tst_bytes::survivesAnyOffset()
{
    QFETCH(Wire, wire);
    const std::vector<quint8> bytes(8, 1);
    for (size_t back = 0; back < 6; ++back) {
        QVERIFY(!readNumber(bytes, std::numeric_limits<size_t>::max() - back, wire));
        QVERIFY(!readInteger(bytes, std::numeric_limits<size_t>::max() - back, wire));
    }
    QVERIFY(!readNumber({}, 0, wire));
}

void tst_bytes::readsFloats_data()
{
    QTest::addColumn<QByteArray>("bigEndian");
    QTest::addColumn<double>("expected");
    QTest::newRow("one") << QByteArray("3f800000") << 1.0;
    QTest::newRow("negative") << QByteArray("c0000000") << -2.0;
    QTest::newRow("zero") << QByteArray("00000000") << 0.0;
    QTest::newRow("a cell") << QByteArray("40500000") << 3.25;
    QTest::newRow("highest") << QByteArray("4e6e6b28") << 1e9;
    QTest::newRow("smallest") << QByteArray("00000001")
                              << static_cast<double>(std::numeric_limits<float>::denorm_min());
}

void tst_bytes::readsFloats()
{
    QFETCH(QByteArray, bigEndian);
    QFETCH(double, expected);
    QByteArray bytes = QByteArray::fromHex(bigEndian);
    QCOMPARE(readNumber(bytesOf(bytes), 0, Wire::F32BE), std::optional<double>(expected));
    std::reverse(bytes.begin(), bytes.end());
    QCOMPARE(readNumber(bytesOf(bytes), 0, Wire::F32LE), std::optional<double>(expected));
}

void tst_bytes::refusesFloatsThatAreNoQuantity_data()
{
    QTest::addColumn<QByteArray>("bigEndian");
    QTest::newRow("quiet NaN") << QByteArray("7fc00000");
    QTest::newRow("signalling NaN") << QByteArray("7f800001");
    QTest::newRow("negative NaN") << QByteArray("ffc00000");
    QTest::newRow("all ones") << QByteArray("ffffffff");
    QTest::newRow("infinity") << QByteArray("7f800000");
    QTest::newRow("negative infinity") << QByteArray("ff800000");
    QTest::newRow("beyond a battery") << QByteArray("4e6e6b29");
    QTest::newRow("the largest") << QByteArray("7f7fffff");
}

void tst_bytes::refusesFloatsThatAreNoQuantity()
{
    QFETCH(QByteArray, bigEndian);
    QByteArray bytes = QByteArray::fromHex(bigEndian);
    QVERIFY(!readNumber(bytesOf(bytes), 0, Wire::F32BE));
    std::reverse(bytes.begin(), bytes.end());
    QVERIFY(!readNumber(bytesOf(bytes), 0, Wire::F32LE));
}

void tst_bytes::refusesToReadAFloatAsInteger()
{
    const QByteArray bytes = QByteArray::fromHex("3f800000");
    QVERIFY(!readInteger(bytesOf(bytes), 0, Wire::F32BE));
    QVERIFY(!readInteger(bytesOf(bytes), 0, Wire::F32LE));
}

void tst_bytes::readsBackWhatItAppended_data() { wires(); }

void tst_bytes::readsBackWhatItAppended()
{
    QFETCH(Wire, wire);
    QFETCH(int, size);
    if (wire == Wire::F32BE || wire == Wire::F32LE)
        return; // appendsFloatPatternsInTheirByteOrder
    const bool isSigned = wire == Wire::S8 || wire == Wire::S16BE || wire == Wire::S16LE ||
                          wire == Wire::S32BE || wire == Wire::S32LE;
    const qint64 span = 1LL << (8 * size);
    const qint64 lowest = isSigned ? -span / 2 : 0;
    const qint64 highest = lowest + span - 1;
    for (const qint64 value : {lowest, lowest + 1, qint64(0), qint64(1), qint64(100), highest - 1, highest}) {
        QByteArray bytes("x");
        appendInteger(bytes, value, wire);
        QCOMPARE(bytes.size(), 1 + size);
        QCOMPARE(bytes.at(0), 'x');
        QCOMPARE(readInteger(bytesOf(bytes), 1, wire), std::optional<qint64>(value));
    }
}

void tst_bytes::appendsFloatPatternsInTheirByteOrder()
{
    QByteArray bytes;
    appendInteger(bytes, 0x40500000, Wire::F32BE);
    appendInteger(bytes, 0x40500000, Wire::F32LE);
    QCOMPARE(bytes.toHex(), QByteArray("4050000000005040"));
    QCOMPARE(readNumber(bytesOf(bytes), 0, Wire::F32BE), std::optional<double>(3.25));
    QCOMPARE(readNumber(bytesOf(bytes), 4, Wire::F32LE), std::optional<double>(3.25));
}

void tst_bytes::writesHexWithBlanks()
{
    QCOMPARE(toHex(QByteArray::fromHex("DDA50300")), QByteArray("dd a5 03 00"));
    QCOMPARE(toHex({}), QByteArray());
}

void tst_bytes::viewsTheSameBytes()
{
    const QByteArray bytes("\x00\xFF\x7F", 3);
    const Bytes view = bytesOf(bytes);
    QCOMPARE(view.size(), size_t(3));
    QCOMPARE(view[1], quint8(0xFF));
    QCOMPARE(viewOf(view).data(), bytes.constData());
    QCOMPARE(viewOf(view).size(), bytes.size());
    QVERIFY(viewOf({}).isEmpty());
}

QTEST_APPLESS_MAIN(tst_bytes)
#include "tst_bytes.moc"
