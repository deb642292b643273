// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include <QElapsedTimer>
#include <QFile>
#include <csignal>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

class TestCommandLine : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_simulator = std::make_unique<Program>(m_folder);
        m_simulator->start({QStringLiteral("simulate"), QStringLiteral("--link"), port()});
        QVERIFY(m_simulator->waitForLine("bms0"));
    }
    void cleanupTestCase() { m_simulator.reset(); }

    void wrongUseSaysWhy_data();
    void wrongUseSaysWhy();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void busyPortNamesItsHolder();
    void portWithoutPermission();
    void aRegularFileIsNoPort();
    void readPrintsOneBattery();
    void theFormOfSupervisorsMeansRun();
    void parametersRoundTrip();
    void parametersRefuseWhatDoesNotFit();
    void controlsAreReadBack();
    void captureReplaysToTheSameValues();
    void replayDoesNotDependOnTheCutting();
    void brokenCapturesNameTheLine_data();
    void brokenCapturesNameTheLine();
    void driversListsJbd();
    void simulatorRemovesItsLink();
    void simulatorRefusesToReplaceAFile();
    void interruptEndsWith130();

private:
    [[nodiscard]] QString port() const { return m_folder.filePath(QStringLiteral("bms0")); }
    [[nodiscard]] QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    QTemporaryDir m_folder;
    std::unique_ptr<Program> m_simulator;
};

void TestCommandLine::wrongUseSaysWhy_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *line, int code, const char *says) {
        QTest::newRow(name) << QString::fromLatin1(line) << code << QString::fromLatin1(says);
    };
    row("unknown command", "frobnicate", 2, "frobnicate");
    row("unknown option", "read --frobnicate", 2, "frobnicate");
    row("no port", "read", 2, "--port");
    row("no such port", "read --port /dev/ttyNOPE7", 3, "/dev/ttyNOPE7: no such port");
    row("no such port for run", "run --port /dev/ttyNOPE7 --bus unix:path=/nowhere", 3, "/nowhere");
    row("unknown BMS", "read --port /dev/ttyNOPE7 --bms frob", 2, "frob");
    row("unknown BMS to simulate", "simulate --bms frob", 2, "frob");
    row("bad address", "read --port /dev/ttyNOPE7 --address x", 2, "--address x");
    row("bus not reachable", "status --bus unix:path=/nowhere/bus", 3, "/nowhere/bus");
    row("no capture", "replay /nowhere/file.bmscap", 2, "/nowhere/file.bmscap");
    row("unknown fault", "simulate --fault rust", 2, "rust");
    row("bad count", "simulate --count 0", 2, "--count 0");
    row("bad control", "command charge maybe --port x", 2, "maybe");
    row("bad percent", "command set-soc 101 --port x", 2, "101");
    row("no confirmation", "command charge off --port x", 1, "--yes");
    row("bad log level", "read --port x --log-level loud", 2, "loud");
    row("same port twice", "run --port /dev/null --port /dev/null", 2, "/dev/null");
    row("no scenario", "simulate --scenario /nowhere/x.json", 2, "/nowhere/x.json");
    row("parameters without verb", "parameters --port x", 2, "list");
    row("diff of one file that is none", "parameters diff /nowhere/a /nowhere/b", 2, "/nowhere/a");
    row("capture without file", "capture --port x", 2, "--output");
}

void TestCommandLine::wrongUseSaysWhy()
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

void TestCommandLine::everyCommandHasHelp_data()
{
    QTest::addColumn<QString>("command");
    for (const char *name : {"run", "read", "monitor", "status", "scan", "drivers", "simulate", "demo",
                             "capture", "replay", "parameters", "command"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestCommandLine::everyCommandHasHelp()
{
    QFETCH(const QString, command);
    Program program(m_folder);
    QCOMPARE(program.run({command, QStringLiteral("--help")}), 0);
    QVERIFY(program.output.startsWith(QByteArray("Usage: serialbattery " + command.toUtf8())));
    QVERIFY(program.output.contains("--help"));
    Program same(m_folder);
    QCOMPARE(same.run({QStringLiteral("help"), command}), 0);
    QCOMPARE(same.output, program.output);
}

void TestCommandLine::busyPortNamesItsHolder()
{
    Program holder(m_folder);
    holder.start({QStringLiteral("monitor"), QStringLiteral("--port"), port(), QStringLiteral("--json")});
    QVERIFY(holder.waitForLine("{"));
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("read"), QStringLiteral("--port"), port()}), 3);
    QCOMPARE(program.errorLines().size(), 1);
    QVERIFY2(program.errors.contains("in use by"), program.errors.constData());
    QVERIFY2(program.errors.contains(QByteArray::number(holder.process().processId())),
             program.errors.constData());
}

void TestCommandLine::portWithoutPermission()
{
    if (::geteuid() == 0) {
        // Root may open everything: the check runs as another user.
        const QString device = QFileInfo(port()).canonicalFilePath();
        QVERIFY(::chmod(QFile::encodeName(device).constData(), 0600) == 0);
        QProcess process;
        process.start(QStringLiteral("setpriv"),
                      {QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"),
                       QStringLiteral("--clear-groups"), QStringLiteral("env"),
                       QStringLiteral("XDG_STATE_HOME=/nonexistent"), QStringLiteral(SB_PROGRAM),
                       QStringLiteral("read"), QStringLiteral("--port"), device});
        QVERIFY(process.waitForFinished(patienceMs));
        const QByteArray errors = process.readAllStandardError();
        if (process.exitCode() == 126 || process.exitCode() == 127)
            return; // the program lies where that user may not look
        QCOMPARE(process.exitCode(), 3);
        QVERIFY2(errors.contains("no permission") && errors.contains("usermod"), errors.constData());
        return;
    }
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("read"), QStringLiteral("--port"), QStringLiteral("/dev/tty0")}), 3);
}

void TestCommandLine::aRegularFileIsNoPort()
{
    QFile file(path("plain"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("read"), QStringLiteral("--port"), file.fileName()}), 3);
    QVERIFY2(program.errors.contains("not a serial port"), program.errors.constData());
}

void TestCommandLine::readPrintsOneBattery()
{
    Program program(m_folder);
    QCOMPARE(
        program.run({QStringLiteral("read"), QStringLiteral("--port"), port(), QStringLiteral("--json")}), 0);
    const auto batteries = program.jsonLines();
    QCOMPARE(batteries.size(), 1);
    const QJsonObject &battery = batteries.constFirst();
    QCOMPARE(battery.value(QLatin1String("bms")).toString(), QStringLiteral("jbd"));
    QCOMPARE(battery.value(QLatin1String("cellVoltages")).toArray().size(), 16);
    QCOMPARE(battery.value(QLatin1String("state")).toString(), QStringLiteral("fresh"));
    QVERIFY(battery.value(QLatin1String("voltage")).toDouble() > 40);
    QVERIFY(!battery.contains(QLatin1String("soh"))); // a JBD does not tell
}

void TestCommandLine::theFormOfSupervisorsMeansRun()
{
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("/dev/ttyNOPE7")}), 3);
}

void TestCommandLine::parametersRoundTrip()
{
    const QString file = path("settings.json");
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("parameters"), QStringLiteral("export"), file,
                          QStringLiteral("--port"), port()}),
             0);
    QFile input(file);
    QVERIFY(input.open(QIODevice::ReadOnly));
    QJsonObject whole = QJsonDocument::fromJson(input.readAll()).object();
    input.close();
    QJsonObject values = whole.value(QLatin1String("parameters")).toObject();
    QVERIFY(values.size() > 60);
    QCOMPARE(values.value(QLatin1String("cellOvervoltage")).toDouble(), 3.65);
    values.insert(QStringLiteral("cellOvervoltage"), 3.6);
    values.insert(QStringLiteral("shortCircuitDelay"), 400);
    whole.insert(QStringLiteral("parameters"), values);
    QVERIFY(input.open(QIODevice::WriteOnly));
    input.write(QJsonDocument(whole).toJson());
    input.close();

    QCOMPARE(program.run({QStringLiteral("parameters"), QStringLiteral("diff"), file,
                          QStringLiteral("--port"), port()}),
             0);
    QVERIFY2(program.output.contains("cellOvervoltage") && program.output.contains("3.600"),
             program.output.constData());
    // Without a confirmation nothing is written.
    QCOMPARE(program.run({QStringLiteral("parameters"), QStringLiteral("import"), file,
                          QStringLiteral("--port"), port()}),
             1);
    QCOMPARE(program.run({QStringLiteral("parameters"), QStringLiteral("import"), file,
                          QStringLiteral("--port"), port(), QStringLiteral("--yes")}),
             0);
    QVERIFY2(program.output.contains("read back"), program.output.constData());
    QCOMPARE(program.run({QStringLiteral("parameters"), QStringLiteral("diff"), file,
                          QStringLiteral("--port"), port()}),
             0);
    QVERIFY2(program.output.contains("no differences"), program.output.constData());
}

void TestCommandLine::parametersRefuseWhatDoesNotFit()
{
    for (const char *word :
         {"cellOvervoltage=99", "cellOvervoltage=abc", "noSuchSetting=1", "shortCircuitDelay=150"}) {
        Program program(m_folder);
        QVERIFY2(program.run({QStringLiteral("parameters"), QStringLiteral("set"), QLatin1String(word),
                              QStringLiteral("--port"), port(), QStringLiteral("--yes")}) != 0,
                 word);
        QCOMPARE(program.errorLines().size(), 1);
    }
}

void TestCommandLine::controlsAreReadBack()
{
    const auto command = [this](const char *what, const char *value) {
        Program program(m_folder);
        const int code = program.run({QStringLiteral("command"), QLatin1String(what), QLatin1String(value),
                                      QStringLiteral("--port"), port(), QStringLiteral("--yes")});
        return code;
    };
    const auto read = [this] {
        Program program(m_folder);
        program.run({QStringLiteral("read"), QStringLiteral("--port"), port(), QStringLiteral("--json")});
        return program.jsonLines().value(0);
    };
    QCOMPARE(command("charge", "off"), 0);
    QCOMPARE(read().value(QLatin1String("chargeAllowed")), QJsonValue(false));
    QCOMPARE(command("charge", "on"), 0);
    QCOMPARE(read().value(QLatin1String("chargeAllowed")), QJsonValue(true));
    QCOMPARE(command("set-soc", "37"), 0);
    QVERIFY(std::abs(read().value(QLatin1String("soc")).toDouble() - 37) <= 1);
    QCOMPARE(command("set-soc", "100"), 0);
    QVERIFY(read().value(QLatin1String("soc")).toDouble() >= 99);
    QCOMPARE(command("balance-test", "odd"), 0);
    QCOMPARE(command("heater", "on"), 1);
}

void TestCommandLine::captureReplaysToTheSameValues()
{
    const QString file = path("test.bmscap");
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("capture"), QStringLiteral("--port"), port(),
                          QStringLiteral("--output"), file, QStringLiteral("--seconds"), QStringLiteral("5"),
                          QStringLiteral("--capture-values")}),
             0);
    QFile input(file);
    QVERIFY(input.open(QIODevice::ReadOnly));
    QList<QJsonObject> published;
    for (const QByteArray &line : input.readAll().split('\n')) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        if (event.contains(QLatin1String("v")))
            published.append(event.value(QLatin1String("v")).toObject());
    }
    QVERIFY(published.size() >= 3);
    QCOMPARE(program.run({QStringLiteral("replay"), file, QStringLiteral("--json")}), 0);
    const auto replayed = program.jsonLines();
    QCOMPARE(replayed.size(), published.size());
    for (qsizetype i = 0; i < published.size(); ++i) {
        for (const char *key :
             {"voltage", "current", "soc", "cellVoltages", "temperatures", "remainingAh", "alarms"})
            QCOMPARE(replayed.at(i).value(QLatin1String(key)), published.at(i).value(QLatin1String(key)));
    }
    // The same file, the same text.
    Program again(m_folder);
    QCOMPARE(again.run({QStringLiteral("replay"), file, QStringLiteral("--json")}), 0);
    QCOMPARE(again.output, program.output);
}

void TestCommandLine::replayDoesNotDependOnTheCutting()
{
    const QString file = path("test.bmscap");
    QByteArray first;
    for (const char *how : {"recorded", "whole", "bytes", "random:7"}) {
        Program program(m_folder);
        QCOMPARE(program.run({QStringLiteral("replay"), file, QStringLiteral("--json"),
                              QStringLiteral("--chunks"), QLatin1String(how)}),
                 0);
        QByteArray voltages;
        for (const QJsonObject &battery : program.jsonLines())
            voltages += QByteArray::number(battery.value(QLatin1String("voltage")).toDouble()) + ' ';
        if (first.isEmpty())
            first = voltages;
        QCOMPARE(voltages, first);
    }
}

void TestCommandLine::brokenCapturesNameTheLine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("says");
    const QByteArray header =
        R"({"capture":1,"program":"x","links":[{"link":"a","transport":"serial","bms":"jbd"}]})"
        "\n";
    QTest::newRow("empty") << QByteArray() << QByteArray("line 1");
    QTest::newRow("no header") << QByteArray("{\"t\":1}\n") << QByteArray("line 1");
    QTest::newRow("newer") << QByteArray("{\"capture\":2,\"links\":[]}\n") << QByteArray("newer");
    QTest::newRow("odd hex") << header + "{\"t\":1,\"d\":\"tx\",\"x\":\"dda\"}\n{\"t\":2,\"e\":\"open\"}\n"
                             << QByteArray("line 2");
    QTest::newRow("direction") << header + "{\"t\":1,\"d\":\"up\",\"x\":\"dd\"}\n{\"t\":2,\"e\":\"open\"}\n"
                               << QByteArray("line 2");
    QTest::newRow("no JSON") << header + "{\"t\":1,\"e\":\"open\"}\nhello\n{\"t\":2,\"e\":\"open\"}\n"
                             << QByteArray("line 3");
    QTest::newRow("unknown link") << header + "{\"t\":1,\"l\":\"b\",\"e\":\"open\"}\n\n"
                                  << QByteArray("line 2");
}

void TestCommandLine::brokenCapturesNameTheLine()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, says);
    QFile file(path("broken.bmscap"));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(text);
    file.close();
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("replay"), file.fileName()}), 2);
    QVERIFY2(program.errors.contains("broken.bmscap") && program.errors.contains(says),
             program.errors.constData());
}

void TestCommandLine::driversListsJbd()
{
    Program program(m_folder);
    QCOMPARE(program.run({QStringLiteral("drivers"), QStringLiteral("--json")}), 0);
    const QJsonArray drivers = QJsonDocument::fromJson(program.output).array();
    QVERIFY(!drivers.isEmpty());
    for (const char *key :
         {"id", "names", "bmsTypes", "transports", "baudRates", "addresses", "reads", "writes"})
        QVERIFY2(drivers.first().toObject().contains(QLatin1String(key)), key);
}

void TestCommandLine::simulatorRemovesItsLink()
{
    const QString link = path("other");
    {
        Program simulator(m_folder);
        simulator.start({QStringLiteral("simulate"), QStringLiteral("--link"), link});
        QVERIFY(simulator.waitForLine("other"));
        QVERIFY(QFileInfo(link).isSymLink());
        simulator.process().terminate();
        QVERIFY(simulator.process().waitForFinished(patienceMs));
        QCOMPARE(simulator.process().exitCode(), 0);
    }
    QVERIFY(!QFileInfo(link).isSymLink());
}

void TestCommandLine::simulatorRefusesToReplaceAFile()
{
    QFile file(path("precious"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("data");
    file.close();
    Program simulator(m_folder);
    QVERIFY(simulator.run({QStringLiteral("simulate"), QStringLiteral("--link"), file.fileName()}) > 0);
    QCOMPARE(QFileInfo(file.fileName()).size(), 4);
}

void TestCommandLine::interruptEndsWith130()
{
    Program program(m_folder);
    program.start({QStringLiteral("monitor"), QStringLiteral("--port"), port(), QStringLiteral("--json")});
    QVERIFY(program.waitForLine("{"));
    ::kill(static_cast<pid_t>(program.process().processId()), SIGINT);
    QVERIFY(program.process().waitForFinished(patienceMs));
    QCOMPARE(program.process().exitCode(), 130);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
