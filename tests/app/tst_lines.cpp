// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include <QElapsedTimer>
#include <QFile>

/// The program on lines: what is on them, several packs, scripted faults, recordings.
class TestLines : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void wrongUseSaysWhy_data();
    void wrongUseSaysWhy();
    void scanTellsWhatIsOnAPort();
    void scanTellsWhyNothingIsFound_data();
    void scanTellsWhyNothingIsFound();
    void eightPacksOnOneLineAreRead();
    void aPackIsPulledAndComesBackByScenario();
    void faultsOfAScenarioComeAndGo();
    void anonymousCapturesHoldNoNames();
    void convertedCapturesReplay();

private:
    [[nodiscard]] QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    void write(const QString &name, const QByteArray &content) const
    {
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    [[nodiscard]] static QStringList words(const char *line, const QStringList &more = {})
    {
        return QString::fromLatin1(line).split(QLatin1Char(' ')) + more;
    }
    QTemporaryDir m_folder;
};

void TestLines::wrongUseSaysWhy_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    write(path("prose.txt"), "Dear all,\nmy battery is broken.\n");
    write(path("good.txt"), "> dda5\n");
    write(path("half.txt"), "> dda5\n< dd0\n");
    write(path("event.json"), R"({"events":[{"at":1,"for":2,"fault":"rust"}]})");
    write(path("both.json"), R"({"events":[{"at":1,"fault":"noise","pull":1}]})");
    write(path("late.json"), R"({"events":[{"at":-1,"fault":"noise"}]})");
    write(path("none.json"), R"({"events":[]})");
    const auto row = [this](const char *name, const char *line, int code, const char *says) {
        QTest::newRow(name) << QString::fromLatin1(line).replace(QLatin1Char('@'),
                                                                 m_folder.path() + QLatin1Char('/'))
                            << code << QString::fromLatin1(says);
    };
    row("convert without files", "convert", 2, "two files");
    row("convert of nothing", "convert /nowhere/a /nowhere/b.bmscap", 2, "/nowhere/a");
    row("convert of prose", "convert @prose.txt @out.bmscap", 2, "prose.txt: line 1");
    row("convert of half a byte", "convert @half.txt @out.bmscap", 2, "half.txt: line 2");
    row("convert to an unknown kind", "convert @good.txt @out.doc", 2, "out.doc");
    row("convert with an unknown BMS", "convert @half.txt @out.bmscap --bms frob", 2, "frob");
    row("too many packs", "simulate --packs 65", 2, "--packs 65");
    row("addresses beyond the last", "simulate --packs 8 --address 250", 2, "--address 250");
    row("unknown fault in a scenario", "simulate --scenario @event.json", 2, "rust");
    row("fault and pull at once", "simulate --scenario @both.json", 2, "both.json");
    row("an event before the start", "simulate --scenario @late.json", 2, "\"at\"");
    row("no events", "simulate --scenario @none.json", 2, "\"events\"");
    row("scan of a port that is none", "scan --detect --port /dev/ttyNOPE7 --timeout 0", 2, "--timeout");
}

void TestLines::wrongUseSaysWhy()
{
    QFETCH(const QString, line);
    QFETCH(const int, code);
    QFETCH(const QString, says);
    Program program(m_folder);
    QCOMPARE(program.run(line.split(QLatin1Char(' '))), code);
    const auto lines = program.errorLines();
    QVERIFY2(lines.size() == 1, program.errors.constData());
    QVERIFY2(lines.constFirst().contains(says.toUtf8()), lines.constFirst().constData());
    QVERIFY(program.output.isEmpty());
}

void TestLines::scanTellsWhatIsOnAPort()
{
    Program simulator(m_folder);
    simulator.start(words("simulate --link", {path("known")}));
    QVERIFY(simulator.waitForLine("known"));
    Program text(m_folder);
    QCOMPARE(text.run(words("scan --detect --port", {path("known")})), 0);
    QVERIFY2(text.output.contains("jbd at 9600 baud"), text.output.constData());
    Program json(m_folder);
    QCOMPARE(json.run(words("scan --detect --json --port", {path("known")})), 0);
    const QJsonObject port =
        json.jsonLines().value(0).value(QLatin1String("serial")).toArray().at(0).toObject();
    QCOMPARE(port.value(QLatin1String("bms")).toString(), QStringLiteral("jbd"));
    const QJsonObject detection = port.value(QLatin1String("detection")).toObject();
    QCOMPARE(detection.value(QLatin1String("cause")).toString(), QStringLiteral("found"));
    QCOMPARE(detection.value(QLatin1String("found")).toArray().size(), 1);
}

void TestLines::scanTellsWhyNothingIsFound_data()
{
    QTest::addColumn<QStringList>("simulation");
    QTest::addColumn<QString>("cause");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("silent") << words("--fault silence") << QStringLiteral("nothing-heard")
                            << QByteArray("nothing came back");
    QTest::newRow("echo") << words("--fault silence --echo") << QStringLiteral("only-echoes")
                          << QByteArray("only the echo");
}

void TestLines::scanTellsWhyNothingIsFound()
{
    QFETCH(const QStringList, simulation);
    QFETCH(const QString, cause);
    QFETCH(const QByteArray, says);
    Program simulator(m_folder);
    simulator.start(words("simulate --link", QStringList{path("mute")} + simulation));
    QVERIFY(simulator.waitForLine("mute"));
    // As long as each usual BMS was asked once, and some more: all that is thinkable takes two minutes.
    Program text(m_folder);
    QCOMPARE(text.run(words("scan --detect --timeout 15 --port", {path("mute")})), 0);
    QVERIFY2(text.output.contains("no BMS answered"), text.output.constData());
    QVERIFY2(text.output.contains("sent dd a5 03 00 ff fd 77"), text.output.constData());
    QVERIFY2(text.output.contains(says), text.output.constData());
    Program json(m_folder);
    QCOMPARE(json.run(words("scan --detect --json --timeout 15 --port", {path("mute")})), 0);
    const QJsonObject port =
        json.jsonLines().value(0).value(QLatin1String("serial")).toArray().at(0).toObject();
    const QJsonObject detection = port.value(QLatin1String("detection")).toObject();
    QCOMPARE(detection.value(QLatin1String("cause")).toString(), cause);
    QVERIFY(!detection.value(QLatin1String("candidates")).toArray().isEmpty());
    QVERIFY(!port.contains(QLatin1String("bms")));
}

void TestLines::eightPacksOnOneLineAreRead()
{
    Program monitor(m_folder);
    monitor.start(words("demo --json --packs 8"));
    QSet<int> seen;
    QElapsedTimer timer;
    timer.start();
    while (seen.size() < 8 && timer.elapsed() < 15000) {
        monitor.waitForLine("never", 200);
        for (const QJsonObject &battery : monitor.jsonLines()) {
            QVERIFY(battery.value(QLatin1String("voltage")).toDouble() > 40);
            seen.insert(battery.value(QLatin1String("address")).toInt());
        }
    }
    QCOMPARE(seen, (QSet<int>{1, 2, 3, 4, 5, 6, 7, 8}));
}

void TestLines::aPackIsPulledAndComesBackByScenario()
{
    write(path("pull.json"), R"({"events":[{"at":4,"for":4,"pull":2}]})");
    Program monitor(m_folder);
    monitor.start(words("demo --json --packs 3 --scenario", {path("pull.json")}));
    QElapsedTimer timer;
    timer.start();
    bool missed = false;
    bool back = false;
    QSet<int> others;
    while (!back && timer.elapsed() < 20000) {
        monitor.waitForLine("never", 200);
        missed = back = false;
        for (const QJsonObject &battery : monitor.jsonLines()) {
            const int address = battery.value(QLatin1String("address")).toInt();
            const QString state = battery.value(QLatin1String("state")).toString();
            if (address != 2) {
                const QJsonObject link = battery.value(QLatin1String("link")).toObject();
                QCOMPARE(link.value(QLatin1String("errors")).toInt(), 0);
                others.insert(address);
                continue;
            }
            missed = missed || state == QLatin1String("stale");
            back = missed && state == QLatin1String("fresh");
        }
    }
    QVERIFY(missed);
    QVERIFY(back);
    QCOMPARE(others, (QSet<int>{1, 3}));
}

void TestLines::faultsOfAScenarioComeAndGo()
{
    write(path("mute.json"), R"({"faultShare":1,"events":[{"at":3,"for":3,"fault":"drop"}]})");
    Program simulator(m_folder);
    simulator.start(
        words("simulate --link", {path("script"), QStringLiteral("--scenario"), path("mute.json")}));
    QVERIFY(simulator.waitForLine("script"));
    Program monitor(m_folder);
    monitor.start(words("monitor --json --bms jbd --port", {path("script")}));
    QVERIFY(monitor.waitForLine("\"state\":\"fresh\""));
    QVERIFY(monitor.waitForLine("\"state\":\"stale\"", 8000));
    monitor.output.clear();
    QVERIFY(monitor.waitForLine("\"state\":\"fresh\"", 8000));
}

void TestLines::anonymousCapturesHoldNoNames()
{
    Program simulator(m_folder);
    simulator.start(words("simulate --link", {path("ttyMySerial42")}));
    QVERIFY(simulator.waitForLine("ttyMySerial42"));
    Program capture(m_folder);
    QCOMPARE(capture.run(words("capture --seconds 3 --capture-values --anonymous --output",
                               {path("anonymous.bmscap"), QStringLiteral("--port"), path("ttyMySerial42")})),
             0);
    // The user is told what stays in the bytes.
    QVERIFY2(capture.errors.contains("checksum"), capture.errors.constData());
    QFile file(path("anonymous.bmscap"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    QVERIFY(content.contains("\"anonymous\":true"));
    QVERIFY(!content.contains("ttyMySerial42"));
    QVERIFY(content.contains("xxxXxXxxxxx00") || content.contains("xxxxxxxxxxx00")); // at equal length
    QVERIFY(content.contains("\"v\":{"));
    Program replay(m_folder);
    QCOMPARE(replay.run(words("replay --json", {path("anonymous.bmscap")})), 0);
    QVERIFY(replay.jsonLines().value(0).value(QLatin1String("voltage")).toDouble() > 40);
}

void TestLines::convertedCapturesReplay()
{
    // A report of a problem, as somebody pasted it: the vendor's example of a JBD board.
    const QString vectors = QStringLiteral(SB_SOURCE_DIR "/tests/vectors/jbd.json");
    QFile file(vectors);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonArray cases = QJsonDocument::fromJson(file.readAll()).array();
    int replayed = 0;
    for (const QJsonValue &each : cases) {
        const QJsonObject vector = each.toObject();
        const QJsonObject expect = vector.value(QLatin1String("expect")).toObject();
        if (vector.value(QLatin1String("bms")).toString() != QLatin1String("jbd") ||
            !expect.contains(QLatin1String("voltage")) || !expect.contains(QLatin1String("cellVoltages")))
            continue;
        const QString name = vector.value(QLatin1String("name")).toString();
        Program convert(m_folder);
        QCOMPARE(convert.run({QStringLiteral("convert"), vectors, path("case.bmscap"),
                              QStringLiteral("--case"), name}),
                 0);
        Program replay(m_folder);
        QVERIFY2(replay.run(words("replay --json", {path("case.bmscap")})) == 0, replay.errors.constData());
        QCOMPARE(replay.jsonLines().value(0).value(QLatin1String("voltage")).toDouble(),
                 expect.value(QLatin1String("voltage")).toDouble());
        if (++replayed == 3)
            break;
    }
    QVERIFY(replayed > 0);
}

QTEST_GUILESS_MAIN(TestLines)
#include "tst_lines.moc"
