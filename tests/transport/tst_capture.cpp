// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bms/bluetooth.h"
#include "transport/capture.h"
#include "transport/capturewriter.h"
#include "transport/replaytransport.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <zlib.h>

using namespace sb;

namespace {

const QByteArray header =
    R"({"capture":1,"created":"2026-01-01T00:00:00.000Z","program":"test","links":[{"link":"a","transport":"serial","port":"x","bms":"jbd"}]})"
    "\n";
const QByteArray body = R"({"t":0.1,"d":"tx","x":"0102"}
{"t":0.12,"d":"rx","x":"aabb"}
{"t":0.13,"d":"rx","x":"cc"}
{"t":1.1,"d":"tx","x":"03??05"}
{"t":1.2,"d":"rx","x":"DD EE"}
{"t":2,"e":"mark","m":"here"}
{"t":3,"q":"some later kind"}
{"t":4,"d":"rx","f":"18904001#01060000753002ee"}
)";

} // namespace

class TestCapture : public QObject
{
    Q_OBJECT
private slots:
    void readsEveryKindOfEvent();
    void survivesEveryTruncation();
    void readsGzip();
    void sortsTimesThatGoBack();
    void writesWhatItReads();
    void hidesSecrets();
    void rotates();
    void replaysByTheBytesOfTheRequest();
    void replaysInAnyOrder();
    void countsWhatWasNeverRecorded();
    void keepsWhichCharacteristicItWas();
    void replaysWhatACharacteristicHeld();
    void replaysWhatWasSaidUnasked();
    void cutsRepliesAsTold_data();
    void cutsRepliesAsTold();
};

void TestCapture::readsEveryKindOfEvent()
{
    const CaptureReadResult result = parseCapture(header + body, QStringLiteral("x"));
    QVERIFY2(result.capture, qPrintable(result.error));
    const auto &events = result.capture->events;
    QCOMPARE(events.size(), 8U);
    QCOMPARE(events[1].bytes, QByteArray::fromHex("aabb"));
    QCOMPARE(events[3].mask, QByteArray::fromHex("ff00ff"));
    QCOMPARE(events[4].bytes, QByteArray::fromHex("ddee"));
    QCOMPARE(events[5].text, QStringLiteral("here"));
    QCOMPARE(events[6].kind, CaptureEvent::Kind::Other);
    QVERIFY(events[7].frame && events[7].frame->extended && events[7].frame->id == 0x18904001);
}

void TestCapture::survivesEveryTruncation()
{
    const QByteArray whole = header + body;
    for (qsizetype size = 0; size < whole.size(); ++size) {
        const CaptureReadResult result = parseCapture(whole.first(size), QStringLiteral("cut"));
        if (size < header.size() - 1) {
            QVERIFY(!result.capture);
            QVERIFY(result.error.contains(QLatin1String("cut: line 1")));
        } else {
            // A killed writer leaves an unfinished last line: everything before it counts.
            QVERIFY2(result.capture, qPrintable(result.error));
        }
    }
}

void TestCapture::readsGzip()
{
    const QTemporaryDir folder;
    const QString name = folder.filePath(QStringLiteral("x.bmscap.gz"));
    const gzFile file = gzopen(QFile::encodeName(name).constData(), "wb");
    const QByteArray whole = header + body;
    gzwrite(file, whole.constData(), static_cast<unsigned>(whole.size()));
    gzclose(file);
    const CaptureReadResult result = readCapture(name);
    QVERIFY2(result.capture, qPrintable(result.error));
    QCOMPARE(result.capture->events.size(), 8U);
}

void TestCapture::sortsTimesThatGoBack()
{
    const CaptureReadResult result = parseCapture(
        header + "{\"t\":2,\"e\":\"open\"}\n{\"t\":1,\"e\":\"close\"}\n{\"t\":2,\"e\":\"lost\"}\n",
        QStringLiteral("x"));
    QVERIFY(result.capture);
    QCOMPARE(result.warnings.size(), 1);
    QCOMPARE(result.capture->events[0].text, QStringLiteral("close"));
    QCOMPARE(result.capture->events[1].text, QStringLiteral("open"));
}

void TestCapture::writesWhatItReads()
{
    const QTemporaryDir folder;
    VirtualClock clock;
    CaptureWriter::Settings settings;
    settings.fileName = folder.filePath(QStringLiteral("x.bmscap"));
    settings.program = QStringLiteral("test 1");
    settings.leaveFree = 0;
    settings.links = {{QStringLiteral("a"),
                       QStringLiteral("serial"),
                       QStringLiteral("/dev/x"),
                       9600,
                       QStringLiteral("jbd"),
                       3,
                       {}}};
    CaptureWriter writer(settings, clock);
    QString error;
    QVERIFY2(writer.open(&error), qPrintable(error));
    TrafficTap *tap = writer.tap(QStringLiteral("a"));
    tap->event("open");
    clock.advanceBy(250);
    tap->bytes({TrafficTap::Direction::ToBms, "\x01\x02"});
    tap->bytes({TrafficTap::Direction::FromBms, "\x03", 0, 0, true});
    writer.driverFound(QStringLiteral("a"), QStringLiteral("jbd"), 3);
    clock.advanceBy(2000); // flushed by time, not by an end
    const CaptureReadResult result = readCapture(settings.fileName);
    QVERIFY2(result.capture, qPrintable(result.error));
    QCOMPARE(result.capture->links[0].address, 3);
    const auto &events = result.capture->events;
    QCOMPARE(events.size(), 4U);
    QCOMPARE(events[1].t, 0.25);
    QCOMPARE(events[1].bytes, QByteArray("\x01\x02"));
    QVERIFY(events[2].discarded);
    QCOMPARE(events[3].kind, CaptureEvent::Kind::Driver);
}

void TestCapture::hidesSecrets()
{
    const QTemporaryDir folder;
    VirtualClock clock;
    CaptureWriter::Settings settings;
    settings.fileName = folder.filePath(QStringLiteral("x.bmscap"));
    settings.leaveFree = 0;
    settings.links = {{QStringLiteral("a"), QStringLiteral("serial"), {}, 0, {}, {}, {}}};
    CaptureWriter writer(settings, clock);
    QString error;
    QVERIFY(writer.open(&error));
    writer.tap(QStringLiteral("a"))->bytes({TrafficTap::Direction::ToBms, "x123456y", 1, 6});
    writer.flush();
    QFile file(settings.fileName);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    QVERIFY(text.contains("78????????????79"));
    QVERIFY(!text.contains("313233"));
}

void TestCapture::rotates()
{
    const QTemporaryDir folder;
    VirtualClock clock;
    CaptureWriter::Settings settings;
    settings.fileName = folder.filePath(QStringLiteral("x.bmscap"));
    settings.leaveFree = 0;
    settings.partBytes = 2000;
    settings.links = {{QStringLiteral("a"), QStringLiteral("serial"), {}, 0, {}, {}, {}}};
    CaptureWriter writer(settings, clock);
    QString error;
    QVERIFY(writer.open(&error));
    for (int i = 0; i < 200; ++i) {
        writer.tap(QStringLiteral("a"))->bytes({TrafficTap::Direction::FromBms, QByteArray(50, 'x')});
        clock.advanceBy(1100);
    }
    writer.flush();
    for (const char *name : {"x.bmscap", "x.bmscap.1", "x.bmscap.2", "x.bmscap.3"}) {
        const CaptureReadResult result = readCapture(folder.filePath(QLatin1String(name)));
        QVERIFY2(result.capture, name);
    }
    QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("x.bmscap.4"))));
}

void TestCapture::replaysByTheBytesOfTheRequest()
{
    const Capture capture = *parseCapture(header + body, QStringLiteral("x")).capture;
    VirtualClock clock;
    ReplayTransport replay(capture, {}, clock);
    QSignalSpy received(&replay, &Transport::received);
    replay.open();
    replay.write(QByteArray::fromHex("0102"), 0, 0);
    QCOMPARE(received.size(), 0); // never from inside write()
    clock.advanceBy(100);
    QCOMPARE(received.size(), 2); // the pieces that were recorded
    QCOMPARE(received.at(0).at(0).toByteArray(), QByteArray::fromHex("aabb"));
    replay.write(QByteArray::fromHex("030405"), 0, 0); // a hidden byte matches any
    clock.advanceBy(200);
    QCOMPARE(received.size(), 3);
    QVERIFY(replay.isAtEnd());
    QCOMPARE(replay.counters().unmatched, 0U);
}

void TestCapture::replaysInAnyOrder()
{
    const Capture capture = *parseCapture(header + body, QStringLiteral("x")).capture;
    VirtualClock clock;
    ReplayTransport replay(capture, {}, clock);
    QSignalSpy received(&replay, &Transport::received);
    replay.open();
    replay.write(QByteArray::fromHex("03ff05"), 0, 0);
    replay.write(QByteArray::fromHex("0102"), 0, 0);
    clock.advanceBy(1000);
    QCOMPARE(received.size(), 3);
    QCOMPARE(replay.counters().skipped, 1U);
    QCOMPARE(replay.counters().reused, 1U);
}

void TestCapture::countsWhatWasNeverRecorded()
{
    const Capture capture = *parseCapture(header + body, QStringLiteral("x")).capture;
    VirtualClock clock;
    ReplayTransport replay(capture, {}, clock);
    QSignalSpy received(&replay, &Transport::received);
    replay.open();
    replay.write("never", 0, 0);
    clock.advanceBy(1000);
    QCOMPARE(received.size(), 0);
    QCOMPARE(replay.counters().unmatched, 1U);
    QCOMPARE(replay.unmatchedRequests(), QStringList(QStringLiteral("6e65766572")));
}

void TestCapture::keepsWhichCharacteristicItWas()
{
    QTemporaryDir folder;
    VirtualClock clock;
    const QString name = folder.filePath(QStringLiteral("x.bmscap"));
    const QUuid key = bluetoothUuid(0xfffa);
    {
        CaptureWriter::Settings settings;
        settings.fileName = name;
        CaptureLink link;
        link.id = QStringLiteral("a");
        link.transport = QStringLiteral("ble");
        settings.links.push_back(link);
        CaptureWriter writer(settings, clock);
        QString error;
        QVERIFY2(writer.open(&error), qPrintable(error));
        TrafficTap *tap = writer.tap(QStringLiteral("a"));
        tap->bytes({TrafficTap::Direction::ToBms, "\x01", 0, 0, false, key});
        tap->bytes({TrafficTap::Direction::FromBms, "\x02", 0, 0, false, key, true});
        tap->bytes({TrafficTap::Direction::FromBms, "\x03"});
    }
    const CaptureReadResult result = readCapture(name);
    QVERIFY2(result.capture, qPrintable(result.error));
    const auto &events = result.capture->events;
    QCOMPARE(events.size(), 3U);
    QCOMPARE(events[0].characteristic, key);
    QVERIFY(!events[0].wasRead);
    QCOMPARE(events[1].characteristic, key);
    QVERIFY(events[1].wasRead);
    QVERIFY(events[2].characteristic.isNull());
    QVERIFY(!events[2].wasRead);
}

void TestCapture::replaysWhatACharacteristicHeld()
{
    const QByteArray text = header + R"({"t":0.1,"d":"tx","h":"fffa","x":"48"}
{"t":0.2,"d":"rx","h":"fffa","r":"read","x":"01"}
{"t":0.3,"d":"rx","x":"aa"}
)";
    const CaptureReadResult result = parseCapture(text, QStringLiteral("x"));
    QVERIFY2(result.capture, qPrintable(result.error));
    VirtualClock clock;
    ReplayTransport transport(*result.capture, {}, clock);
    QSignalSpy received(&transport, &Transport::received);
    transport.open();
    transport.readFrom(bluetoothUuid(0xfffb));
    while (clock.advance()) {
    }
    QCOMPARE(received.size(), 0); // another one was read
    QCOMPARE(transport.unmatchedRequests(), QStringList{QStringLiteral("read fffb")});
    transport.readFrom(bluetoothUuid(0xfffa));
    while (clock.advance()) {
    }
    QCOMPARE(received.size(), 1);
    QCOMPARE(received[0][0].toByteArray(), QByteArray("\x01"));
    // What was read is not part of what the request brought, and does not end it.
    transport.write(QByteArray("\x48"), 0, 0);
    while (clock.advance()) {
    }
    QCOMPARE(received.size(), 2);
    QCOMPARE(received[1][0].toByteArray(), QByteArray("\xaa"));
}

void TestCapture::replaysWhatWasSaidUnasked()
{
    // Two words before any question, an answer, and one that comes too late to be its.
    const QByteArray text = header + R"({"t":5,"e":"open"}
{"t":5.5,"d":"rx","x":"01"}
{"t":6,"d":"rx","x":"02"}
{"t":6.5,"d":"tx","x":"77"}
{"t":6.6,"d":"rx","x":"03"}
{"t":9,"d":"rx","x":"04"}
)";
    const CaptureReadResult result = parseCapture(text, QStringLiteral("x"));
    QVERIFY2(result.capture, qPrintable(result.error));
    VirtualClock clock;
    ReplayTransport transport(*result.capture, {}, clock);
    QByteArray said;
    QList<qint64> times;
    const qint64 begin = clock.now();
    connect(&transport, &Transport::received, this, [&](const QByteArray &bytes) {
        said += bytes.toHex();
        times.append(clock.now() - begin);
    });
    QVERIFY(!transport.isAtEnd());
    transport.open();
    while (clock.advance()) {
    }
    QCOMPARE(said, QByteArray("010204"));
    QCOMPARE(times, (QList<qint64>{500, 1000, 4000}));
    QCOMPARE(transport.position(), 9.0);
    QVERIFY(!transport.isAtEnd()); // the question was not asked yet
    transport.write(QByteArray("\x77"), 0, 0);
    while (clock.advance()) {
    }
    QCOMPARE(said, QByteArray("01020403"));
    QVERIFY(transport.isAtEnd());
    QCOMPARE(transport.position(), 6.5);
}

void TestCapture::cutsRepliesAsTold_data()
{
    QTest::addColumn<int>("how");
    QTest::addColumn<int>("pieces");
    QTest::newRow("recorded") << static_cast<int>(ReplayTransport::Chunks::Recorded) << 2;
    QTest::newRow("whole") << static_cast<int>(ReplayTransport::Chunks::Whole) << 1;
    QTest::newRow("bytes") << static_cast<int>(ReplayTransport::Chunks::Bytes) << 3;
}

void TestCapture::cutsRepliesAsTold()
{
    QFETCH(const int, how);
    QFETCH(const int, pieces);
    const Capture capture = *parseCapture(header + body, QStringLiteral("x")).capture;
    VirtualClock clock;
    ReplayTransport replay(capture, {{}, static_cast<ReplayTransport::Chunks>(how), 1}, clock);
    QSignalSpy received(&replay, &Transport::received);
    replay.open();
    replay.write(QByteArray::fromHex("0102"), 0, 0);
    clock.advanceBy(1000);
    QCOMPARE(received.size(), pieces);
    QByteArray all;
    for (const auto &arguments : received)
        all += arguments.at(0).toByteArray();
    QCOMPARE(all, QByteArray::fromHex("aabbcc"));
}

QTEST_GUILESS_MAIN(TestCapture)
#include "tst_capture.moc"
