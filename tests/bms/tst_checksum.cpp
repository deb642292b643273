// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/checksum.h"

#include <QTest>

using namespace sb;

class tst_checksum : public QObject
{
    Q_OBJECT

private slots:
    void givesThePublishedCheckValue_data();
    void givesThePublishedCheckValue();
    void matchesFramesOfVendorDocuments_data();
    void matchesFramesOfVendorDocuments();
    void startsFromItsInitialValueOnNoBytes_data();
    void startsFromItsInitialValueOnNoBytes();
    void fitsItsSizeOnTheWire_data();
    void fitsItsSizeOnTheWire();
    void sumAndComplementAddUpToZero();
    void staysInRangeOverLongInput();
    void noticesEveryFlippedBit_data();
    void noticesEveryFlippedBit();
    void xorOfBothNoticesAFlippedBitByItsCarryOnly();

private:
    static void kinds();
};

void tst_checksum::kinds()
{
    QTest::addColumn<Checksum>("kind");
    QTest::addColumn<int>("size");
    QTest::newRow("Sum8") << Checksum::Sum8 << 1;
    QTest::newRow("Sum8Complement") << Checksum::Sum8Complement << 1;
    QTest::newRow("Sum16") << Checksum::Sum16 << 2;
    QTest::newRow("Sum16Complement") << Checksum::Sum16Complement << 2;
    QTest::newRow("Xor8") << Checksum::Xor8 << 1;
    QTest::newRow("XorSum8") << Checksum::XorSum8 << 1;
    QTest::newRow("Crc8") << Checksum::Crc8 << 1;
    QTest::newRow("Crc8Maxim") << Checksum::Crc8Maxim << 1;
    QTest::newRow("Crc16Modbus") << Checksum::Crc16Modbus << 2;
    QTest::newRow("Crc16Xmodem") << Checksum::Crc16Xmodem << 2;
    QTest::newRow("Crc32") << Checksum::Crc32 << 4;
}

void tst_checksum::givesThePublishedCheckValue_data()
{
    QTest::addColumn<Checksum>("kind");
    QTest::addColumn<quint32>("expected");
    QTest::newRow("CRC-8/SMBUS") << Checksum::Crc8 << 0xF4U;
    QTest::newRow("CRC-8/MAXIM-DOW") << Checksum::Crc8Maxim << 0xA1U;
    QTest::newRow("CRC-16/MODBUS") << Checksum::Crc16Modbus << 0x4B37U;
    QTest::newRow("CRC-16/XMODEM") << Checksum::Crc16Xmodem << 0x31C3U;
    QTest::newRow("CRC-32/ISO-HDLC") << Checksum::Crc32 << 0xCBF43926U;
    // 0x31 + ... + 0x39 = 9 x 0x35 = 0x1DD; the exclusive or of 1..9 is 1, of nine times 0x30 is 0x30.
    QTest::newRow("sum8, by hand") << Checksum::Sum8 << 0xDDU;
    QTest::newRow("sum8 complement, by hand") << Checksum::Sum8Complement << 0x23U;
    QTest::newRow("sum16, by hand") << Checksum::Sum16 << 0x01DDU;
    QTest::newRow("sum16 complement, by hand") << Checksum::Sum16Complement << 0xFE23U;
    QTest::newRow("xor8, by hand") << Checksum::Xor8 << 0x31U;
    QTest::newRow("xor8 of both, by hand") << Checksum::XorSum8 << 0xECU;
    QTest::newRow("none") << Checksum::None << 0U;
}

void tst_checksum::givesThePublishedCheckValue()
{
    QFETCH(Checksum, kind);
    QFETCH(quint32, expected);
    QCOMPARE(checksum(kind, bytesOf("123456789")), expected);
}

void tst_checksum::matchesFramesOfVendorDocuments_data()
{
    QTest::addColumn<Checksum>("kind");
    QTest::addColumn<QByteArray>("covered");
    QTest::addColumn<quint32>("expected");
    QTest::newRow("JBD, read basic information")
        << Checksum::Sum16Complement << QByteArray("0300") << 0xFFFDU;
    QTest::newRow("JBD, device name reply")
        << Checksum::Sum16Complement << QByteArray("000a30313233343536373839") << 0xFDE9U;
    QTest::newRow("Daly, read 0x90") << Checksum::Sum8 << QByteArray("a54090080000000000000000") << 0x7DU;
    QTest::newRow("JK, read all") << Checksum::Sum16 << QByteArray("4e57001300000000060300000000000068")
                                  << 0x0129U;
    QTest::newRow("EG4 LifePower, read address 1") << Checksum::XorSum8 << QByteArray("7e010100") << 0xFEU;
    QTest::newRow("EG4 LifePower, read address 4") << Checksum::XorSum8 << QByteArray("7e040100") << 0xF8U;
    QTest::newRow("EG4 LifePower, read address 0") << Checksum::XorSum8 << QByteArray("7e000100") << 0x00U;
    QTest::newRow("EG4 LifePower, hardware") << Checksum::XorSum8 << QByteArray("7e014200") << 0xFCU;
    QTest::newRow("Revov, hardware") << Checksum::XorSum8 << QByteArray("7c014200") << 0x80U;
    QTest::newRow("Revov, read") << Checksum::XorSum8 << QByteArray("7c010100") << 0x02U;
    // Low byte first on the wire: 6F 42.
    QTest::newRow("Modbus, read 8 registers")
        << Checksum::Crc16Modbus << QByteArray("220304000008") << 0x6F42U;
}

void tst_checksum::matchesFramesOfVendorDocuments()
{
    QFETCH(Checksum, kind);
    QFETCH(QByteArray, covered);
    QFETCH(quint32, expected);
    const QByteArray bytes = QByteArray::fromHex(covered);
    QCOMPARE(checksum(kind, bytesOf(bytes)), expected);
}

void tst_checksum::startsFromItsInitialValueOnNoBytes_data()
{
    QTest::addColumn<Checksum>("kind");
    QTest::addColumn<quint32>("expected");
    QTest::newRow("None") << Checksum::None << 0U;
    QTest::newRow("Sum8") << Checksum::Sum8 << 0U;
    QTest::newRow("Sum8Complement") << Checksum::Sum8Complement << 0U;
    QTest::newRow("Sum16") << Checksum::Sum16 << 0U;
    QTest::newRow("Sum16Complement") << Checksum::Sum16Complement << 0U;
    QTest::newRow("Xor8") << Checksum::Xor8 << 0U;
    QTest::newRow("XorSum8") << Checksum::XorSum8 << 0U;
    QTest::newRow("Crc8") << Checksum::Crc8 << 0U;
    QTest::newRow("Crc8Maxim") << Checksum::Crc8Maxim << 0U;
    QTest::newRow("Crc16Modbus") << Checksum::Crc16Modbus << 0xFFFFU;
    QTest::newRow("Crc16Xmodem") << Checksum::Crc16Xmodem << 0U;
    QTest::newRow("Crc32") << Checksum::Crc32 << 0U;
}

void tst_checksum::startsFromItsInitialValueOnNoBytes()
{
    QFETCH(Checksum, kind);
    QFETCH(quint32, expected);
    QCOMPARE(checksum(kind, {}), expected);
}

void tst_checksum::fitsItsSizeOnTheWire_data() { kinds(); }

void tst_checksum::fitsItsSizeOnTheWire()
{
    QFETCH(Checksum, kind);
    QFETCH(int, size);
    QCOMPARE(checksumSize(kind), size);
    QCOMPARE(checksumSize(Checksum::None), 0);
    const quint64 limit = 1ULL << (8 * size);
    for (int length = 0; length < 300; ++length) {
        const QByteArray bytes(length, '\xFF');
        QVERIFY(checksum(kind, bytesOf(bytes)) < limit);
    }
}

void tst_checksum::sumAndComplementAddUpToZero()
{
    QByteArray bytes;
    for (int i = 0; i < 700; ++i) {
        const quint32 eight =
            checksum(Checksum::Sum8, bytesOf(bytes)) + checksum(Checksum::Sum8Complement, bytesOf(bytes));
        const quint32 sixteen =
            checksum(Checksum::Sum16, bytesOf(bytes)) + checksum(Checksum::Sum16Complement, bytesOf(bytes));
        QCOMPARE(eight & 0xFFU, 0U);
        QCOMPARE(sixteen & 0xFFFFU, 0U);
        bytes.append(static_cast<char>(i * 37 + 11));
    }
}

void tst_checksum::staysInRangeOverLongInput()
{
    // 100000 times 0xFF is 25500000 = 0x1851960.
    const QByteArray bytes(100000, '\xFF');
    QCOMPARE(checksum(Checksum::Sum8, bytesOf(bytes)), 0x60U);
    QCOMPARE(checksum(Checksum::Sum16, bytesOf(bytes)), 0x1960U);
    QCOMPARE(checksum(Checksum::Sum16Complement, bytesOf(bytes)), 0xE6A0U);
    QCOMPARE(checksum(Checksum::Xor8, bytesOf(bytes)), 0U);
    QCOMPARE(checksum(Checksum::XorSum8, bytesOf(bytes)), 0x60U);
}

void tst_checksum::noticesEveryFlippedBit_data() { kinds(); }

void tst_checksum::noticesEveryFlippedBit()
{
    QFETCH(Checksum, kind);
    if (kind == Checksum::XorSum8)
        return; // it can't: see below
    const QByteArray good =
        QByteArray::fromHex("dd03001b170000000002d003e8000020780000000000001048030f020b760b82");
    const quint32 expected = checksum(kind, bytesOf(good));
    for (qsizetype byte = 0; byte < good.size(); ++byte) {
        for (int bit = 0; bit < 8; ++bit) {
            QByteArray bad = good;
            bad[byte] = static_cast<char>(bad[byte] ^ (1 << bit));
            QVERIFY2(checksum(kind, bytesOf(bad)) != expected,
                     qPrintable(QStringLiteral("byte %1 bit %2").arg(byte).arg(bit)));
        }
    }
}

void tst_checksum::xorOfBothNoticesAFlippedBitByItsCarryOnly()
{
    const auto sumOf = [](const char *hex) {
        return checksum(Checksum::XorSum8, bytesOf(QByteArray::fromHex(hex)));
    };
    QCOMPARE(sumOf("0101"), 0x02U);
    QCOMPARE(sumOf("0100"), 0x00U); // the sum carries: noticed
    // Without a carry the bit is in both, and cancels out.
    for (const char *flipped : {"7e010101", "7e010108", "7e010180", "7e010001", "7f010100"})
        QCOMPARE(sumOf(flipped), sumOf("7e010100"));
}

QTEST_APPLESS_MAIN(tst_checksum)
#include "tst_checksum.moc"
