// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/bytes.h"
#include "transport/capturevectors.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace sb;

namespace {

constexpr qint64 epochOffsetUs = 0x00DCDDB30F2F8000;

/// One record of a btsnoop file.
QByteArray record(const QByteArray &packet, quint32 flags, qint64 us)
{
    QByteArray bytes;
    for (const qint64 word : {qint64(packet.size()), qint64(packet.size()), qint64(flags), qint64(0),
                              (us + epochOffsetUs) >> 32, (us + epochOffsetUs) & 0xFFFFFFFF})
        appendInteger(bytes, word, Wire::U32BE);
    return bytes + packet;
}

/// An attribute PDU in an ACL packet of connection 0x40, with Android's type byte before it.
QByteArray acl(const QByteArray &pdu, bool first = true)
{
    QByteArray l2cap;
    appendInteger(l2cap, pdu.size(), Wire::U16LE);
    appendInteger(l2cap, 4, Wire::U16LE);
    l2cap += pdu;
    QByteArray bytes(1, '\x02');
    appendInteger(bytes, 0x40 | (first ? 2 : 1) << 12, Wire::U16LE);
    appendInteger(bytes, l2cap.size(), Wire::U16LE);
    return bytes + l2cap;
}

QByteArray snoop(const QByteArray &records)
{
    QByteArray bytes("btsnoop\0", 8);
    appendInteger(bytes, 1, Wire::U32BE);
    appendInteger(bytes, 1002, Wire::U32BE);
    return bytes + records;
}

/// Events as "tx:dda5 rx:..." with the format's own writing of hex.
QStringList dataOf(const Capture &capture)
{
    QStringList list;
    for (const CaptureEvent &event : capture.events) {
        const bool tx = event.kind == CaptureEvent::Kind::ToBms;
        if (!tx && event.kind != CaptureEvent::Kind::FromBms)
            continue;
        const QString data =
            event.frame ? candumpText(*event.frame) : QString::fromLatin1(event.bytes.toHex());
        list.append((tx ? QStringLiteral("tx:") : QStringLiteral("rx:")) + data);
    }
    return list;
}

/// JSON with all hex in one case, for comparison.
QJsonValue lowered(const QJsonValue &value)
{
    if (value.isString())
        return value.toString().toLower();
    if (value.isArray()) {
        QJsonArray array;
        for (const QJsonValue &each : value.toArray())
            array.append(lowered(each));
        return array;
    }
    if (value.isObject()) {
        QJsonObject object;
        const QJsonObject from = value.toObject();
        for (auto it = from.begin(); it != from.end(); ++it)
            object.insert(it.key(), lowered(it.value()));
        return object;
    }
    return value;
}

} // namespace

class TestCaptureFormats : public QObject
{
    Q_OBJECT
private slots:
    void importsEachFormat_data();
    void importsEachFormat();
    void badInputIsOneClearLine_data();
    void badInputIsOneClearLine();
    void survivesEveryTruncation();
    void candumpKeepsTimesInterfacesAndFrames();
    void dbusSerialBatteryKeepsRegistersAndValues();
    void bluetoothFragmentsAreJoined();
    void vectorsComeBackAsTheyWere_data();
    void vectorsComeBackAsTheyWere();
    void oneCaseCanBeChosen();
    void capturesPassThrough();
};

void TestCaptureFormats::importsEachFormat_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<CaptureFormat>("format");
    QTest::addColumn<QStringList>("data");
    const auto list = [](std::initializer_list<const char *> texts) {
        QStringList strings;
        for (const char *text : texts)
            strings.append(QString::fromLatin1(text));
        return strings;
    };
    QTest::newRow("candump -L") << QByteArray(
                                       "(1536064744.614568) can0 188#0101FFFB7EFE07D5\n"
                                       "(1536064744.7) can0 18904001#R\n(1536064745) can0 123##1AABB\n")
                                << CaptureFormat::Candump
                                << list({"rx:188#0101FFFB7EFE07D5", "rx:18904001#R", "rx:123#AABB"});
    QTest::newRow("candump on a screen")
        << QByteArray("  can0  351   [8]  14 02 74 0E 74 0E CC 01\n  can0  18FF50E5   [2]  01 02\n"
                      "  can0  355   [0]  remote request\n")
        << CaptureFormat::Candump << list({"rx:351#1402740E740ECC01", "rx:18FF50E5#0102", "rx:355#R"});
    QTest::newRow("dbus-serialbattery")
        << QByteArray(R"({"t": 1717236672.5, "dir": "tx", "raw": "DDA50300FFFD77"}
{"t": 1717236672.6, "dir": "rx", "raw": "dd 03 00"}
{"t": 1717236672.7, "dir": "decoded", "dt_since_last": 1, "duration_ms": 5, "success": true, "decoded": {"voltage": 53.1}}
)") << CaptureFormat::DbusSerialBattery
        << list({"tx:dda50300fffd77", "rx:dd0300"});
    QTest::newRow("hex text")
        << QByteArray("# what I see\n> DD A5 03 00 FF FD 77\n< dd0300\nTX: 0xDD, 0xA5\nrx 77\n")
        << CaptureFormat::HexText << list({"tx:dda50300fffd77", "rx:dd0300", "tx:dda5", "rx:77"});
    QTest::newRow("logic analyser") << QByteArray(
                                           "Time [s],Channel,Value\n0.001,tx,0xDD\n0.002,TX,A5\n0.020,RX,DD\n"
                                           "0.021,RX,03\n0.900,RX,\"77\"\n")
                                    << CaptureFormat::Csv << list({"tx:dda5", "rx:dd03", "rx:77"});
    QTest::newRow("Bluetooth log") << snoop(record(acl(QByteArray::fromHex("521500dda5")), 0, 1000000) +
                                            record(acl(QByteArray::fromHex("1b1200dd03")), 1, 1050000) +
                                            record(acl(QByteArray::fromHex("0a0300")), 0,
                                                   1060000)) // a read request: not ours
                                   << CaptureFormat::Btsnoop << list({"tx:dda5", "rx:dd03"});
    QTest::newRow("vector file")
        << QByteArray(
               R"([{"bms":"jbd","name":"n","transport":"serial","exchanges":[{"tx":"DDA5","rx":["DD","03"]}]}])")
        << CaptureFormat::Vectors << list({"tx:dda5", "rx:dd", "rx:03"});
}

void TestCaptureFormats::importsEachFormat()
{
    QFETCH(QByteArray, content);
    QFETCH(CaptureFormat, format);
    QFETCH(QStringList, data);
    QCOMPARE(captureFormatOf(content), std::optional(format));
    ImportOptions options;
    options.bms = QStringLiteral("jbd");
    const ImportResult result = importCapture(content, QStringLiteral("file"), options);
    QVERIFY2(result.capture, qPrintable(result.error));
    const CaptureReadResult read = parseCapture(*result.capture, QStringLiteral("file"));
    QVERIFY2(read.capture, qPrintable(read.error));
    QVERIFY2(read.warnings.isEmpty(), qPrintable(read.warnings.join(QLatin1Char('\n'))));
    QCOMPARE(dataOf(*read.capture), data);
    QCOMPARE(read.capture->links.front().bms, QStringLiteral("jbd"));
}

void TestCaptureFormats::badInputIsOneClearLine_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const QByteArray &content, const char *says) {
        QTest::newRow(name) << content << QString::fromLatin1(says);
    };
    row("nothing", {}, "line 1");
    row("prose", "Dear all,\nmy battery is broken.\n", "line 1");
    row("half a byte of CAN", "(1.0) can0 188#01\n(2.0) can0 188#012\n", "line 2");
    row("candump with prose", "(1.0) can0 188#01\n\nstopped\n", "line 3");
    row("hex that ends early", "> dda5\n< dd0\n", "line 2");
    row("hex without direction", "> dda5\ndda5\n", "line 2");
    row("a direction that is none", R"({"t":1,"dir":"up","raw":"00"})", "\"dir\"");
    row("no time", R"({"dir":"tx","raw":"00"})", "no time");
    row("raw that is no hex", R"({"t":1,"dir":"tx","raw":"0x"})", "whole bytes");
    row("a frame that is none", R"({"t":1,"dir":"rx","raw":{"id":"zz","data":""}})", "CAN frame");
    row("broken JSON", "{\"t\":1,\"dir\":\"tx\",\"raw\":\"00\"}\n{\"t\":", "line 2");
    row("CSV that goes back", "1.0,rx,00\n0.5,rx,00\n", "line 2");
    row("CSV with two bytes", "1.0,rx,00\n1.1,rx,0000\n", "line 2");
    row("vectors without exchanges", R"([{"bms":"jbd"}])", "case 1");
    row("a Bluetooth log of another kind", QByteArray("btsnoop\0\0\0\0\1\0\0\0\1", 16), "datalink 1");
    row("an empty Bluetooth log", snoop({}), "no writes");
}

void TestCaptureFormats::badInputIsOneClearLine()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    ImportOptions options;
    options.bms = QStringLiteral("jbd");
    const ImportResult result = importCapture(content, QStringLiteral("some/file"), options);
    QVERIFY(!result.capture);
    QVERIFY2(result.error.startsWith(QStringLiteral("some/file: ")) && result.error.contains(says),
             qPrintable(result.error));
    QVERIFY(!result.error.contains(QLatin1Char('\n')));
}

void TestCaptureFormats::survivesEveryTruncation()
{
    const QByteArray inputs[] = {
        "(1536064744.614568) can0 188#0101FFFB7EFE07D5\n(1536064744.7) can0 18904001#R\n",
        R"({"t": 1.5, "dir": "tx", "raw": "DDA5"}
{"t": 2, "dir": "rx", "raw": {"id": "0x18904001"}})",
        "> DD A5 03 00 FF FD 77\n< dd0300\n",
        "t,c,v\n0.001,tx,0xDD\n0.002,TX,A5\n",
        R"([{"bms":"jbd","name":"n","exchanges":[{"tx":"DDA5","rx":["DD","03"]}]}])",
        snoop(record(acl(QByteArray::fromHex("521500dda5")), 0, 1000000) +
              record(acl(QByteArray::fromHex("1b1200dd03")), 1, 1050000)),
    };
    ImportOptions options;
    options.bms = QStringLiteral("jbd");
    for (const QByteArray &input : inputs) {
        for (qsizetype size = 0; size <= input.size(); ++size) {
            const ImportResult result = importCapture(input.first(size), QStringLiteral("f"), options);
            QVERIFY(result.capture.has_value() == result.error.isEmpty());
            if (result.capture && captureFormatOf(*result.capture) == CaptureFormat::Capture)
                QVERIFY(parseCapture(*result.capture, QStringLiteral("f")).capture);
        }
    }
}

void TestCaptureFormats::candumpKeepsTimesInterfacesAndFrames()
{
    const QByteArray log = "(1536064744.614000) can0 188#0101FFFB7EFE07D5\n"
                           "(1536064744.714250) vcan1 18904001#R\n"
                           "(1536064745.000000) can0 351#\n";
    const ImportResult result = importCapture(log, QStringLiteral("f"), {});
    QVERIFY2(result.capture, qPrintable(result.error));
    const CaptureReadResult read = parseCapture(*result.capture, QStringLiteral("f"));
    QVERIFY(read.capture);
    QCOMPARE(read.capture->links.size(), 2U);
    QCOMPARE(read.capture->events[1].link, QStringLiteral("vcan1"));
    QVERIFY(std::abs(read.capture->events[1].t - 0.10025) < 1e-6);
    QCOMPARE(exportCandump(*read.capture), std::optional(log));
    QVERIFY(!exportCandump(
        *parseCapture(*importCapture("> 00\n", QStringLiteral("f"), {}).capture, QStringLiteral("f"))
             .capture));
}

void TestCaptureFormats::dbusSerialBatteryKeepsRegistersAndValues()
{
    const QByteArray log = R"({"t": 10.0, "dir": "rx", "raw": {"id": "0x18A64001", "data": "020CE40CE4"}}
{"t": 10.5, "dir": "rx", "raw": {"call": "read_registers", "args": [4096, 18], "result": [1, 2]}}
{"t": 11.0, "dir": "decoded", "decoded": {"voltage": 53.1}}
)";
    ImportOptions options;
    QVERIFY(importCapture(log, QStringLiteral("f"), options).error.contains(QStringLiteral("--bms")));
    options.bms = QStringLiteral("daly_can");
    const ImportResult result = importCapture(log, QStringLiteral("f"), options);
    QVERIFY2(result.capture, qPrintable(result.error));
    const CaptureReadResult read = parseCapture(*result.capture, QStringLiteral("f"));
    QVERIFY2(read.capture, qPrintable(read.error));
    const auto &events = read.capture->events;
    QCOMPARE(events.size(), 3U);
    // Part 2 of address 1 was recorded as 18A54000 + 2 * 10000 + 1 - here with part 1's digits, so not
    // rewritten.
    QCOMPARE(events[0].frame->id, 0x18A64001U);
    QCOMPARE(events[1].value.value(QLatin1String("reg")).toObject().value(QLatin1String("call")).toString(),
             QStringLiteral("read_registers"));
    QCOMPARE(events[2].value.value(QLatin1String("voltage")).toDouble(), 53.1);
    QVERIFY(!events[2].expected); // not checked by a replay

    const ImportResult daly =
        importCapture(R"({"t": 10.0, "dir": "rx", "raw": {"id": "0x18A74003", "data": "020CE40CE4"}})",
                      QStringLiteral("f"), options);
    QCOMPARE(parseCapture(*daly.capture, QStringLiteral("f")).capture->events[0].frame->id, 0x18954003U);
}

void TestCaptureFormats::bluetoothFragmentsAreJoined()
{
    const QByteArray whole = acl(QByteArray::fromHex("1b1200dd03001b0a6a"));
    // The first ten bytes, then the rest as a continuation of the same connection.
    QByteArray first = whole.first(12);
    first[3] = static_cast<char>(first.size() - 5);
    QByteArray second(1, '\x02');
    appendInteger(second, 0x40 | 1 << 12, Wire::U16LE);
    appendInteger(second, whole.size() - 12, Wire::U16LE);
    second += whole.sliced(12);
    const ImportResult result =
        importCapture(snoop(record(first, 1, 1000000) + record(second, 1, 1000100)), QStringLiteral("f"), {});
    QVERIFY2(result.capture, qPrintable(result.error));
    QCOMPARE(dataOf(*parseCapture(*result.capture, QStringLiteral("f")).capture),
             QStringList{QStringLiteral("rx:dd03001b0a6a")});
}

void TestCaptureFormats::vectorsComeBackAsTheyWere_data()
{
    QTest::addColumn<QJsonObject>("vector");
    for (const QString &folder : {QStringLiteral(SB_SOURCE_DIR "/tests/vectors"),
                                  QStringLiteral(SB_SOURCE_DIR "/../shared/vectors")}) {
        for (const QString &name : QDir(folder).entryList({QStringLiteral("*.json")}, QDir::Files)) {
            QFile file(folder + QLatin1Char('/') + name);
            QVERIFY(file.open(QIODevice::ReadOnly));
            int number = 0;
            const QJsonArray cases = QJsonDocument::fromJson(file.readAll()).array();
            for (const QJsonValue &each : cases) {
                if (each.toObject().contains(QLatin1String("exchanges")))
                    QTest::newRow(
                        (name + QLatin1Char(' ') + QString::number(++number)).toLatin1().constData())
                        << each.toObject();
            }
        }
    }
}

void TestCaptureFormats::vectorsComeBackAsTheyWere()
{
    QFETCH(QJsonObject, vector);
    const ImportResult result =
        importCapture(QJsonDocument(QJsonArray{vector}).toJson(), QStringLiteral("f"), {});
    QVERIFY2(result.capture, qPrintable(result.error));
    const CaptureReadResult read = parseCapture(*result.capture, QStringLiteral("f"));
    QVERIFY2(read.capture, qPrintable(read.error));
    QVERIFY(read.warnings.isEmpty());
    const QJsonArray back = QJsonDocument::fromJson(exportVectors(*read.capture)).array();
    QCOMPARE(back.size(), 1);
    const QJsonObject is = lowered(back.first()).toObject();
    const QJsonObject was = lowered(vector).toObject();
    for (const QString &key : was.keys())
        QVERIFY2(is.value(key) == was.value(key),
                 qPrintable(key + QStringLiteral(": ") +
                            QString::fromUtf8(QJsonDocument(QJsonArray{was.value(key), is.value(key)})
                                                  .toJson(QJsonDocument::Compact))));
    QCOMPARE(is.size(), was.size());
}

void TestCaptureFormats::oneCaseCanBeChosen()
{
    const QByteArray file = R"([{"bms":"a","name":"one","exchanges":[{"tx":"01","rx":[]}]},
                                {"bms":"a","name":"two","exchanges":[{"tx":"02","rx":[]}]}])";
    ImportOptions options;
    options.caseName = QStringLiteral("two");
    const ImportResult result = importCapture(file, QStringLiteral("f"), options);
    QVERIFY2(result.capture, qPrintable(result.error));
    QCOMPARE(dataOf(*parseCapture(*result.capture, QStringLiteral("f")).capture),
             QStringList{QStringLiteral("tx:02")});
    options.caseName = QStringLiteral("three");
    QVERIFY(importCapture(file, QStringLiteral("f"), options).error.contains(QStringLiteral("three")));
}

void TestCaptureFormats::capturesPassThrough()
{
    const QByteArray capture = "{\"capture\":1,\"links\":[{\"link\":\"a\",\"transport\":\"serial\"}]}\n{"
                               "\"t\":0,\"d\":\"tx\",\"x\":\"01\"}\n";
    QCOMPARE(importCapture(capture, QStringLiteral("f"), {}).capture, std::optional(capture));
}

QTEST_GUILESS_MAIN(TestCaptureFormats)
#include "tst_captureformats.moc"
