// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/framesplitter.h"

#include <QRandomGenerator>
#include <QTest>

using namespace sb;

namespace {

/// What a protocol's data sheet says, and frames that it prints or that were built by it.
struct Protocol
{
    const char *name;
    FrameRule rule;
    QByteArrayList frames;
};

FrameRule jbdRule()
{
    return {.header = {0xDD},
            .headerSize = 1,
            .length = FrameRule::Length::U8,
            .lengthOffset = 3,
            .lengthPlus = 7,
            .minimum = 7,
            .maximum = 71,
            .checksum = Checksum::Sum16Complement,
            .checksumFrom = 2,
            .checksumAtEnd = 3,
            .tail = {0x77},
            .tailSize = 1};
}

FrameRule dalyRule()
{
    return {
        .header = {0xA5}, .headerSize = 1, .lengthPlus = 13, .checksum = Checksum::Sum8, .checksumAtEnd = 1};
}

FrameRule neeyRule()
{
    return {.header = {0xAA, 0x55, 0x11, 0x01},
            .headerSize = 4,
            .length = FrameRule::Length::U16LE,
            .lengthOffset = 6,
            .lengthPlus = 0,
            .minimum = 20,
            .maximum = 300,
            .checksum = Checksum::Sum8,
            .checksumAtEnd = 2,
            .tail = {0xFF},
            .tailSize = 1};
}

FrameRule antRule()
{
    return {.header = {0x7E, 0xA1},
            .headerSize = 2,
            .length = FrameRule::Length::U8,
            .lengthOffset = 5,
            .lengthPlus = 10,
            .minimum = 10,
            .maximum = 265,
            .checksum = Checksum::Crc16Modbus,
            .checksumOrder = FrameRule::Order::LittleEndian,
            .checksumFrom = 1,
            .checksumAtEnd = 4,
            .tail = {0xAA, 0x55},
            .tailSize = 2};
}

FrameRule jkRule()
{
    return {.header = {0x4E, 0x57},
            .headerSize = 2,
            .length = FrameRule::Length::U16BE,
            .lengthOffset = 2,
            .lengthPlus = 2,
            .minimum = 20,
            .maximum = 1002,
            .checksum = Checksum::Sum16,
            .checksumAtEnd = 2};
}

/// No protocol of ours has all of it yet: little-endian length, CRC-32, nothing behind it.
FrameRule crc32Rule()
{
    return {.header = {0x55, 0xAA},
            .headerSize = 2,
            .length = FrameRule::Length::U16LE,
            .lengthOffset = 2,
            .lengthPlus = 8,
            .minimum = 8,
            .maximum = 520,
            .checksum = Checksum::Crc32,
            .checksumOrder = FrameRule::Order::LittleEndian,
            .checksumAtEnd = 4};
}

QByteArray hex(const char *text) { return QByteArray::fromHex(text); }

const std::vector<Protocol> &protocols()
{
    static const std::vector<Protocol> all = {
        {"JBD",
         jbdRule(),
         {hex("dd03001f19dff8240da50fa00002249100000000000012570311040b980ba90b960b97f89a77"),
          hex("dd0400220ec80ec80ecb0ecf0eca0ec70eca0ecd0ec90eca0ecb0ecb0ec80ecc0ec80ec90ec9f18777"),
          hex("dd05000a30313233343536373839fde977"), hex("dd038000ff8077")}},
        {"Daly",
         dalyRule(),
         {hex("a50194080e0100000200002073"), hex("a501900802100000753001f4ea"),
          hex("a501940808100000000000005a")}},
        {"NEEY",
         neeyRule(),
         {hex("aa551101010014000000000000000000000026ff"), hex("aa551101020014000000000000000000000027ff")}},
        {"ANT",
         antRule(),
         {hex("7ea11100008e05010210000000000000000080008001000000000000000000000000e40ce40ce50ce50ce80ce70ce7"
              "0ce6"
              "0ce80ce70ce70ce70ce70ce70ce60ce90c0100020002000700a41403005b006400010100000076b010d5670e0fba32"
              "4a00"
              "0f00000010582e0200000000e90c1000e40c01000500e60c000080007a000f02f2fab98c3b00bbd85800da2d4300e8"
              "b649"
              "000543aa55")}},
        {"JK",
         jkRule(),
         {hex("4e5700130000000006030000000000006800000129"),
          hex("4e5700130000000001030000000000006800000124")}},
        {"CRC-32",
         crc32Rule(),
         // The check value of the catalogue is over the text alone, so it serves only as content here.
         {[] {
             QByteArray frame = hex("55aa0900") + QByteArray("123456789");
             appendInteger(frame, checksum(Checksum::Crc32, bytesOf(frame)), Wire::U32LE);
             return frame;
         }()}},
    };
    return all;
}

QByteArrayList drain(FrameSplitter &splitter)
{
    QByteArrayList found;
    for (Bytes frame = splitter.next(); !frame.empty(); frame = splitter.next())
        found.append(viewOf(frame).toByteArray());
    return found;
}

QByteArrayList feed(FrameSplitter &splitter, const QByteArray &bytes)
{
    splitter.feed(bytesOf(bytes));
    return drain(splitter);
}

QByteArrayList fallSilent(FrameSplitter &splitter)
{
    splitter.lineSilent();
    return drain(splitter);
}

QByteArrayList feedThenSilence(FrameSplitter &splitter, const QByteArray &bytes)
{
    const QByteArrayList found = feed(splitter, bytes);
    return found + fallSilent(splitter);
}

/// Feeds in pieces of 1 to \a most bytes.
QByteArrayList feedInPieces(FrameSplitter &splitter, const QByteArray &bytes, QRandomGenerator &random,
                            int most)
{
    QByteArrayList found;
    for (qsizetype at = 0; at < bytes.size();) {
        const qsizetype size = qMin<qsizetype>(random.bounded(1, most + 1), bytes.size() - at);
        found += feed(splitter, bytes.mid(at, size));
        at += size;
    }
    return found;
}

/// Random bytes without any that could start a frame, so that what follows needs no silence to be found.
QByteArray harmlessNoise(QRandomGenerator &random, int size, const FrameRule &rule)
{
    QByteArray noise;
    while (noise.size() < size) {
        const auto byte = static_cast<quint8>(random.bounded(256));
        if (byte != rule.header[0])
            noise.append(static_cast<char>(byte));
    }
    return noise;
}

QByteArray anyNoise(QRandomGenerator &random, int size)
{
    QByteArray noise;
    for (int i = 0; i < size; ++i)
        noise.append(static_cast<char>(random.bounded(256)));
    return noise;
}

} // namespace

class tst_framesplitter : public QObject
{
    Q_OBJECT

private slots:
    void cutsAStreamIntoFrames_data() { each(); }
    void cutsAStreamIntoFrames();
    void handsAFrameOutWithItsLastByte_data() { each(); }
    void handsAFrameOutWithItsLastByte();
    void cutsFramesFromAnyPieces_data() { each(); }
    void cutsFramesFromAnyPieces();
    void skipsNoiseBeforeAndBetween_data() { each(); }
    void skipsNoiseBeforeAndBetween();
    void findsEveryFrameInHeavyNoiseOnceTheLineIsSilent_data() { each(); }
    void findsEveryFrameInHeavyNoiseOnceTheLineIsSilent();
    void neverHandsOutADamagedFrame_data() { each(); }
    void neverHandsOutADamagedFrame();
    void takesTheGoodFrameAfterABadChecksum_data() { each(); }
    void takesTheGoodFrameAfterABadChecksum();
    void dropsACutFrameWhenTheLineFallsSilent_data() { each(); }
    void dropsACutFrameWhenTheLineFallsSilent();
    void staysSmallUnderMegabytesOfNoise_data() { each(); }
    void staysSmallUnderMegabytesOfNoise();

    void waitsForTheLengthOfAFalseStart();
    void findsAFrameInsideAFalseStart();
    void findsAFrameBehindSeveralFalseStarts();
    void hearsNothingOldAfterSilence();
    void takesContentThatLooksLikeATailOrHeader();
    void refusesAWrongTail();
    void refusesLengthsOutOfBounds_data();
    void refusesLengthsOutOfBounds();
    void acceptsLengthsAtTheirBounds_data();
    void acceptsLengthsAtTheirBounds();
    void tellsHowManyBytesAreMissing();
    void countsFramesBadChecksumsAndNoise();
    void clearsWhatIsBuffered();
    void cutsWithoutChecksumWhereAProtocolHasNone();
    void survivesARuleWhoseMinimumIsTooSmall();

private:
    static void each();
};

void tst_framesplitter::each()
{
    QTest::addColumn<int>("protocol");
    for (size_t i = 0; i < protocols().size(); ++i)
        QTest::newRow(protocols()[i].name) << static_cast<int>(i);
}

#define SB_PROTOCOL()                                                                                        \
    QFETCH(int, protocol);                                                                                   \
    const Protocol &p = protocols()[static_cast<size_t>(protocol)];                                          \
    FrameSplitter splitter(p.rule)

void tst_framesplitter::cutsAStreamIntoFrames()
{
    SB_PROTOCOL();
    QCOMPARE(feed(splitter, p.frames.join()), p.frames);
    QCOMPARE(splitter.buffered(), 0);
    QCOMPARE(splitter.counters().frames, static_cast<quint64>(p.frames.size()));
    QCOMPARE(splitter.counters().badChecksums, 0U);
    QCOMPARE(splitter.counters().noiseBytes, 0U);
}

void tst_framesplitter::handsAFrameOutWithItsLastByte()
{
    SB_PROTOCOL();
    for (const QByteArray &frame : p.frames) {
        for (qsizetype i = 0; i < frame.size(); ++i) {
            const QByteArrayList found = feed(splitter, frame.mid(i, 1));
            if (i + 1 < frame.size())
                QVERIFY2(found.isEmpty(), qPrintable(QString::number(i)));
            else
                QCOMPARE(found, QByteArrayList{frame});
        }
    }
    QCOMPARE(splitter.counters().noiseBytes, 0U);
}

void tst_framesplitter::cutsFramesFromAnyPieces()
{
    SB_PROTOCOL();
    QRandomGenerator random(1);
    QByteArrayList expected;
    for (int i = 0; i < 20; ++i)
        expected += p.frames;
    const QByteArray stream = expected.join();
    for (const int most : {1, 2, 3, 7, 20, 64, 500}) {
        FrameSplitter fresh(p.rule);
        QCOMPARE(feedInPieces(fresh, stream, random, most), expected);
        QCOMPARE(fresh.counters().noiseBytes, 0U);
    }
}

void tst_framesplitter::skipsNoiseBeforeAndBetween()
{
    SB_PROTOCOL();
    QRandomGenerator random(2);
    quint64 noise = 0;
    QByteArray stream;
    QByteArrayList expected;
    for (int round = 0; round < 30; ++round) {
        for (const QByteArray &frame : p.frames) {
            const QByteArray rubbish = harmlessNoise(random, random.bounded(30), p.rule);
            noise += static_cast<quint64>(rubbish.size());
            stream += rubbish + frame;
            expected += frame;
        }
    }
    QCOMPARE(feedInPieces(splitter, stream, random, 40), expected);
    QCOMPARE(splitter.counters().noiseBytes, noise);
    QCOMPARE(splitter.counters().badChecksums, 0U);
}

void tst_framesplitter::findsEveryFrameInHeavyNoiseOnceTheLineIsSilent()
{
    SB_PROTOCOL();
    QRandomGenerator random(3);
    for (int round = 0; round < 300; ++round) {
        const QByteArray &frame = p.frames[round % p.frames.size()];
        // Noise may hold headers and whole false starts; a frame that one of them swallows at first must come
        // out after the silence.
        QByteArrayList found = feedInPieces(
            splitter, anyNoise(random, random.bounded(60)) + frame + anyNoise(random, 5), random, 50);
        found += fallSilent(splitter);
        QVERIFY2(found.contains(frame), qPrintable(QString::number(round)));
        QCOMPARE(splitter.buffered(), 0);
    }
}

void tst_framesplitter::neverHandsOutADamagedFrame()
{
    SB_PROTOCOL();
    for (const QByteArray &frame : p.frames) {
        for (qsizetype at = 0; at < frame.size(); ++at) {
            if (at >= p.rule.headerSize && at < p.rule.checksumFrom)
                continue; // the protocol does not protect these
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray bad = frame;
                bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                FrameSplitter fresh(p.rule);
                const QByteArrayList found = feedThenSilence(fresh, bad);
                QVERIFY2(found.isEmpty(), qPrintable(QStringLiteral("byte %1 bit %2").arg(at).arg(bit)));
                QCOMPARE(fresh.counters().noiseBytes, static_cast<quint64>(bad.size()));
            }
        }
    }
}

void tst_framesplitter::takesTheGoodFrameAfterABadChecksum()
{
    SB_PROTOCOL();
    const QByteArray &good = p.frames.constFirst();
    QByteArray bad = good;
    const qsizetype at = bad.size() - 1 - p.rule.checksumAtEnd; // the last byte that is covered
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    QCOMPARE(feedThenSilence(splitter, bad + good), QByteArrayList{good});
    QVERIFY(splitter.counters().badChecksums >= 1);
    QCOMPARE(splitter.counters().noiseBytes, static_cast<quint64>(bad.size()));
}

void tst_framesplitter::dropsACutFrameWhenTheLineFallsSilent()
{
    SB_PROTOCOL();
    const QByteArray &frame = p.frames.constFirst();
    for (qsizetype length = 0; length < frame.size(); ++length) {
        FrameSplitter fresh(p.rule);
        QVERIFY(feed(fresh, frame.left(length)).isEmpty());
        QVERIFY(fallSilent(fresh).isEmpty());
        QCOMPARE(fresh.buffered(), 0);
        QCOMPARE(fresh.missing(), 0);
        // The rest must not be taken for the start of anything, and the next whole frame is heard at once.
        QCOMPARE(feed(fresh, frame), QByteArrayList{frame});
    }
}

void tst_framesplitter::staysSmallUnderMegabytesOfNoise()
{
    SB_PROTOCOL();
    QRandomGenerator random(4);
    const int most = 900;
    const int longest = qMax<int>(p.rule.maximum, p.rule.lengthPlus);
    const QByteArray block = anyNoise(random, 64 * 1024);
    qint64 fed = 0;
    while (fed < 2 * 1024 * 1024) {
        const qsizetype at = random.bounded(static_cast<int>(block.size()) - most);
        QByteArray piece = block.mid(at, random.bounded(1, most));
        // Now and then a false start, so that the splitter waits as long as a header can make it.
        if (random.bounded(4) == 0)
            piece.append(p.frames.constFirst().left(p.rule.headerSize));
        fed += piece.size();
        splitter.feed(bytesOf(piece));
        while (!splitter.next().empty()) {
        }
        QVERIFY2(splitter.buffered() <= longest, qPrintable(QString::number(splitter.buffered())));
    }
    (void)fallSilent(splitter);
    QCOMPARE(splitter.buffered(), 0);
    QCOMPARE(feed(splitter, p.frames.join()), p.frames);
}

void tst_framesplitter::waitsForTheLengthOfAFalseStart()
{
    // A noise byte DD in front makes the length byte 03 00 1f .. read as 0x00 -> a short frame, or as here a
    // long one: DD xx xx 40 announces 71 bytes.
    FrameSplitter splitter(jbdRule());
    const QByteArray frame = hex("dd038000ff8077");
    QVERIFY(feed(splitter, hex("dd000040") + frame).isEmpty());
    QCOMPARE(splitter.missing(), 71 - 4 - 7);
    QCOMPARE(fallSilent(splitter), QByteArrayList{frame});
    QCOMPARE(splitter.counters().noiseBytes, 4U);
    QCOMPARE(splitter.counters().badChecksums, 0U);
}

void tst_framesplitter::findsAFrameInsideAFalseStart()
{
    // No silence here: the false start is filled up by further replies, fails, and gives them back.
    FrameSplitter splitter(jbdRule());
    const QByteArray frame = hex("dd05000a30313233343536373839fde977");
    QByteArrayList found = feed(splitter, hex("dd000040"));
    for (int i = 0; i < 5; ++i)
        found += feed(splitter, frame);
    QCOMPARE(found, QByteArrayList(5, frame));
    QCOMPARE(splitter.counters().badChecksums, 1U);
    QCOMPARE(splitter.counters().noiseBytes, 4U);
}

void tst_framesplitter::findsAFrameBehindSeveralFalseStarts()
{
    FrameSplitter splitter(jkRule());
    const QByteArray frame = hex("4e5700130000000006030000000000006800000129");
    QByteArray starts;
    for (int i = 0; i < 40; ++i)
        starts += hex("4e5703e8");
    QVERIFY(feed(splitter, starts + frame + hex("4e57")).isEmpty());
    QCOMPARE(fallSilent(splitter), QByteArrayList{frame});
    QCOMPARE(splitter.counters().noiseBytes, static_cast<quint64>(starts.size() + 2));
}

void tst_framesplitter::hearsNothingOldAfterSilence()
{
    FrameSplitter splitter(jbdRule());
    const QByteArray frame = hex("dd05000a30313233343536373839fde977");
    QVERIFY(feed(splitter, frame.left(9)).isEmpty());
    QVERIFY(fallSilent(splitter).isEmpty());
    QVERIFY(feed(splitter, frame.mid(9)).isEmpty());
    QVERIFY(fallSilent(splitter).isEmpty());
    QCOMPARE(splitter.counters().frames, 0U);
    QCOMPARE(splitter.counters().noiseBytes, static_cast<quint64>(frame.size()));
}

void tst_framesplitter::takesContentThatLooksLikeATailOrHeader()
{
    QByteArray frame = hex("dd040008dd77dd7777dddd77");
    appendInteger(frame, checksum(Checksum::Sum16Complement, bytesOf(frame).subspan(2)), Wire::U16BE);
    frame.append('\x77');
    FrameSplitter splitter(jbdRule());
    QRandomGenerator random(5);
    QCOMPARE(feedInPieces(splitter, frame + frame, random, 3), (QByteArrayList{frame, frame}));
}

void tst_framesplitter::refusesAWrongTail()
{
    FrameSplitter splitter(jbdRule());
    QByteArray frame = hex("dd05000a30313233343536373839fde977");
    frame.back() = '\x78';
    QVERIFY(feed(splitter, frame).isEmpty());
    QCOMPARE(splitter.counters().badChecksums, 1U);
    QCOMPARE(splitter.counters().frames, 0U);

    FrameSplitter ant(antRule());
    QByteArray crossed = protocols()[3].frames.constFirst();
    std::swap(crossed[crossed.size() - 1], crossed[crossed.size() - 2]);
    QVERIFY(feed(ant, crossed).isEmpty());
    QVERIFY(fallSilent(ant).isEmpty());
    QVERIFY(ant.counters().badChecksums >= 1);
}

void tst_framesplitter::refusesLengthsOutOfBounds_data()
{
    QTest::addColumn<int>("protocol");
    QTest::addColumn<QByteArray>("start");
    QTest::newRow("JBD, 65 bytes of data") << 0 << QByteArray("dd030041");
    QTest::newRow("JBD, 255 bytes of data") << 0 << QByteArray("dd0300ff");
    QTest::newRow("NEEY, below 20") << 2 << QByteArray("aa55110101001300");
    QTest::newRow("NEEY, above 300") << 2 << QByteArray("aa55110101002d01");
    QTest::newRow("NEEY, 0") << 2 << QByteArray("aa55110101000000");
    QTest::newRow("JK, below 20") << 4 << QByteArray("4e570011");
    QTest::newRow("JK, highest") << 4 << QByteArray("4e57ffff");
    QTest::newRow("CRC-32, highest") << 5 << QByteArray("55aaffff");
}

void tst_framesplitter::refusesLengthsOutOfBounds()
{
    SB_PROTOCOL();
    QFETCH(QByteArray, start);
    // It can't be a frame, so nobody waits for its end.
    const QByteArray frame = p.frames.constFirst();
    QCOMPARE(feed(splitter, hex(start.constData()) + frame), QByteArrayList{frame});
    QCOMPARE(splitter.counters().badChecksums, 0U);
    QCOMPARE(splitter.counters().noiseBytes, static_cast<quint64>(start.size() / 2));
}

void tst_framesplitter::acceptsLengthsAtTheirBounds_data()
{
    QTest::addColumn<int>("content");
    QTest::newRow("shortest") << 0;
    QTest::newRow("one byte") << 1;
    QTest::newRow("longest") << 64;
}

void tst_framesplitter::acceptsLengthsAtTheirBounds()
{
    QFETCH(int, content);
    QByteArray frame = hex("dd0400");
    frame.append(static_cast<char>(content));
    frame.append(content, '\x5A');
    appendInteger(frame, checksum(Checksum::Sum16Complement, bytesOf(frame).subspan(2)), Wire::U16BE);
    frame.append('\x77');
    FrameSplitter splitter(jbdRule());
    QCOMPARE(feed(splitter, frame), QByteArrayList{frame});
}

void tst_framesplitter::tellsHowManyBytesAreMissing()
{
    FrameSplitter splitter(jbdRule());
    const QByteArray frame = hex("dd05000a30313233343536373839fde977");
    QCOMPARE(splitter.missing(), 0);
    for (qsizetype i = 0; i < frame.size(); ++i) {
        (void)feed(splitter, frame.mid(i, 1));
        // Before the length byte nobody can know.
        const qsizetype expected = i < 3 ? 0 : frame.size() - i - 1;
        QCOMPARE(splitter.missing(), static_cast<int>(expected));
    }
    FrameSplitter daly(dalyRule());
    QVERIFY(feed(daly, hex("a5")).isEmpty());
    QCOMPARE(daly.missing(), 12);
    QVERIFY(feed(daly, hex("0190")).isEmpty());
    QCOMPARE(daly.missing(), 10);
}

void tst_framesplitter::countsFramesBadChecksumsAndNoise()
{
    FrameSplitter splitter(dalyRule());
    const QByteArray good = hex("a501900802100000753001f4ea");
    QByteArray bad = good;
    bad[5] = '\x11';
    QCOMPARE(feed(splitter, hex("010203") + good + bad + good), (QByteArrayList{good, good}));
    QCOMPARE(splitter.counters().frames, 2U);
    QCOMPARE(splitter.counters().badChecksums, 1U);
    QCOMPARE(splitter.counters().noiseBytes, 16U);
    QVERIFY(feed(splitter, good.left(4)).isEmpty());
    QCOMPARE(splitter.counters().noiseBytes, 16U); // may still become a frame
    QVERIFY(fallSilent(splitter).isEmpty());
    QCOMPARE(splitter.counters().noiseBytes, 20U);
}

void tst_framesplitter::clearsWhatIsBuffered()
{
    FrameSplitter splitter(dalyRule());
    const QByteArray frame = hex("a501900802100000753001f4ea");
    QVERIFY(feed(splitter, frame.left(6)).isEmpty());
    QCOMPARE(splitter.buffered(), 6);
    splitter.clear();
    QCOMPARE(splitter.buffered(), 0);
    QCOMPARE(splitter.missing(), 0);
    QCOMPARE(splitter.counters().noiseBytes, 6U);
    QVERIFY(drain(splitter).isEmpty());
    QCOMPARE(feed(splitter, frame), QByteArrayList{frame});

    // A frame that was handed out is no noise, even when it was the last thing before.
    splitter.feed(bytesOf(frame));
    QVERIFY(!splitter.next().empty());
    splitter.clear();
    QCOMPARE(splitter.counters().noiseBytes, 6U);
    QCOMPARE(splitter.counters().frames, 2U);
}

void tst_framesplitter::cutsWithoutChecksumWhereAProtocolHasNone()
{
    FrameSplitter splitter(
        {.header = {0x7E}, .headerSize = 1, .lengthPlus = 5, .tail = {0x0D}, .tailSize = 1});
    QCOMPARE(feed(splitter, hex("00"
                                "7e0102030d"
                                "7e010203ff"
                                "7e0405060d")),
             (QByteArrayList{hex("7e0102030d"), hex("7e0405060d")}));
    QCOMPARE(splitter.counters().badChecksums, 1U);
}

void tst_framesplitter::survivesARuleWhoseMinimumIsTooSmall()
{
    // A slip in a driver's rule must not let the bytes of a stranger read outside the frame.
    FrameRule rule = jbdRule();
    rule.lengthPlus = 0;
    rule.minimum = 0;
    for (int announced = 0; announced < 12; ++announced) {
        FrameSplitter splitter(rule);
        QByteArray start = hex("dd0300");
        start.append(static_cast<char>(announced));
        const QByteArrayList found = feedThenSilence(splitter, start + QByteArray(16, '\x77'));
        QVERIFY(found.isEmpty());
        QCOMPARE(splitter.counters().noiseBytes, 20U);
    }
    FrameSplitter nothing(FrameRule{});
    QVERIFY(feed(nothing, hex("dd0300")).isEmpty());
    QCOMPARE(nothing.counters().noiseBytes, 3U);
}

QTEST_APPLESS_MAIN(tst_framesplitter)
#include "tst_framesplitter.moc"
