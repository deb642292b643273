// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario.h"
#include "simulator/simulatedbus.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace sb;

namespace {

/// Repeats what it hears, with its name before it.
class Parrot : public SimulatedDevice
{
public:
    explicit Parrot(char name)
        : m_name(name)
    {}
    void receive(Bytes bytes, std::vector<SimulatedReply> &replies) override
    {
        replies.push_back({QByteArray(1, m_name) + viewOf(bytes).toByteArray(), 0});
    }
    void elapsed(qint64 ms, std::vector<SimulatedReply> &replies) override
    {
        lived += ms;
        replies.push_back({QByteArray(1, m_name), 0});
    }
    [[nodiscard]] int baudRate() const override { return 19200; }
    qint64 lived = 0;

private:
    char m_name;
};

QByteArray joined(const std::vector<SimulatedReply> &replies)
{
    QByteArray all;
    for (const SimulatedReply &reply : replies)
        all += reply.bytes + ' ';
    return all;
}

} // namespace

class TestScenario : public QObject
{
    Q_OBJECT
private slots:
    void readsEverything();
    void namesWhatIsWrong_data();
    void namesWhatIsWrong();
    void everyBoardOfABusHearsAndSpeaks();

private:
    std::optional<Scenario> read(const QByteArray &content, PackConfig &config, QString *error)
    {
        QFile file(m_folder.filePath(QStringLiteral("scenario.json")));
        if (!file.open(QIODevice::WriteOnly))
            return std::nullopt;
        file.write(content);
        file.close();
        return readScenario(file.fileName(), config, error);
    }
    QTemporaryDir m_folder;
};

void TestScenario::readsEverything()
{
    PackConfig config;
    QString error;
    const auto scenario = read(R"({"chemistry":"nmc","cells":7,"capacityAh":50,"soc":40,"ambient":5,"seed":9,
        "steps":[{"seconds":60,"current":20},{"seconds":30,"current":-5}],"repeat":true,"faultShare":0.5,
        "events":[{"at":10,"for":5,"fault":"wrong-checksum"},{"at":30,"pull":2}]})",
                               config, &error);
    QVERIFY2(scenario, qPrintable(error));
    QCOMPARE(config.cells, 7);
    QCOMPARE(config.soc, 0.4);
    QCOMPARE(config.chemistry, Chemistry::Nmc);
    QCOMPARE(scenario->profile->currentAt(70), -5.0);
    QCOMPARE(scenario->profile->currentAt(100), 20.0);
    QCOMPARE(scenario->faultShare, 0.5);
    QCOMPARE(scenario->events.size(), 2U);
    QVERIFY(scenario->events[0].fault == Fault::WrongChecksum && !scenario->events[0].pulled);
    QVERIFY(scenario->events[0].at == 10 && scenario->events[0].seconds == 5);
    QVERIFY(scenario->events[1].pulled == 2 && !scenario->events[1].fault);
    QVERIFY(scenario->events[1].seconds > 86400); // to the end
}

void TestScenario::namesWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *content, const char *says) {
        QTest::newRow(name) << QByteArray(content) << QString::fromLatin1(says);
    };
    row("no JSON", "{\n\"cells\":", "line 2");
    row("a list", "[]", "line 1");
    row("cells", R"({"cells":0})", "\"cells\"");
    row("chemistry", R"({"chemistry":"lead"})", "\"chemistry\"");
    row("steps", R"({"steps":[]})", "\"steps\"");
    row("current", R"({"steps":[{"seconds":1,"current":9999}]})", "\"current\"");
    row("share", R"({"faultShare":2})", "\"faultShare\"");
    row("events that are none", R"({"events":{}})", "\"events\"");
    row("an event without content", R"({"events":[{"at":1}]})", "\"events\"");
    row("an unknown fault", R"({"events":[{"at":1,"fault":"rust"}]})", "rust");
    row("a pack that can't be", R"({"events":[{"at":1,"pull":0}]})", "\"pull\"");
    row("no time at all", R"({"events":[{"at":"soon","fault":"noise"}]})", "\"at\"");
    row("for nothing", R"({"events":[{"at":1,"for":0,"fault":"noise"}]})", "\"for\"");
}

void TestScenario::namesWhatIsWrong()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    PackConfig config;
    QString error;
    QVERIFY(!read(content, config, &error));
    QVERIFY2(error.contains(QStringLiteral("scenario.json: ")) && error.contains(says), qPrintable(error));
    QVERIFY(!error.contains(QLatin1Char('\n')));
}

void TestScenario::everyBoardOfABusHearsAndSpeaks()
{
    Parrot a('a');
    Parrot b('b');
    SimulatedBus bus;
    bus.add(a);
    bus.add(b);
    QCOMPARE(bus.baudRate(), 19200);
    std::vector<SimulatedReply> replies;
    bus.receive(bytesOf("?"), replies);
    bus.elapsed(5, replies);
    QCOMPARE(joined(replies), QByteArray("a? b? a b "));
    bus.setPresent(0, false);
    replies.clear();
    bus.receive(bytesOf("?"), replies);
    bus.elapsed(5, replies);
    QCOMPARE(joined(replies), QByteArray("b? b "));
    QCOMPARE(a.lived, 10); // it lives on where it is
    bus.setPresent(0, true);
    replies.clear();
    bus.receive(bytesOf("?"), replies);
    QCOMPARE(joined(replies), QByteArray("a? b? "));
}

QTEST_GUILESS_MAIN(TestScenario)
#include "tst_scenario.moc"
