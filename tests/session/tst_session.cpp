// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fakes.h"
#include "session/session.h"

#include <QSignalSpy>
#include <QTest>

using namespace sb;

namespace {

/// A procedure of the test: asks for the given requests in turn, then for what must be undone.
class ScriptedProcedure : public Procedure
{
public:
    ScriptedProcedure(QByteArray steps, QByteArray cleanup)
        : m_steps(std::move(steps))
        , m_cleanup(std::move(cleanup))
    {}
    std::optional<Request> next(const StepResult &last) override
    {
        ends.push_back(last.end);
        if (last.end == StepResult::End::LinkLost)
            return std::nullopt;
        if (last.end == StepResult::End::Timeout || last.end == StepResult::End::Refused)
            m_steps.clear();
        QByteArray &from = m_steps.isEmpty() ? m_cleanup : m_steps;
        if (from.isEmpty())
            return std::nullopt;
        Request request;
        request.id = static_cast<unsigned char>(from.front());
        request.bytes = QByteArray("?") + from.front();
        from.remove(0, 1);
        return request;
    }
    void abort() override { m_steps.clear(); }
    [[nodiscard]] ProcedureResult result() const override
    {
        return {ends.back() == StepResult::End::Complete, false, {}, {}};
    }

    std::vector<StepResult::End> ends;

private:
    QByteArray m_steps;
    QByteArray m_cleanup;
};

} // namespace

class TestSession : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void readsAndKeepsPolling();
    void publishesNothingOfAPollThatFailed();
    void retriesAfterADamagedReply();
    void findsTheReplyBehindNoise();
    void waitsForTheDeadlineAfterAStrayByte();
    void optionalRequestsDoNotFailThePoll();
    void asksAnotherFormOnlyWhereTheFirstStaysUnanswered_data();
    void asksAnotherFormOnlyWhereTheFirstStaysUnanswered();
    void tellsWhatADriverHasAgainstADevice();
    void asksForWhatIsAbsentAsOftenAsTheDriverWants();
    void asksRarelyWhatIsWantedRarely();
    void measurementsBecomeUnknownTenSecondsAfterTheFirstFailure();
    void comesBackByItself();
    void reopensALostPort_data();
    void reopensALostPort();
    void opensAtOnceWhenTheDeviceAppears();
    void givesUpAnAttemptWithoutAnEnd();
    void anotherBatteryIsReplaced();
    void dropsImplausibleValuesAndReportsTheThird();
    void runsProceduresBetweenPolls();
    void undoesWhatAProcedureOpenedWhenItFails();
    void undoesWhatAProcedureOpenedWhenItIsStopped();
    void tellsAProcedureThatTheLinkIsLost();
    void pausesAndTakesTheLineBack();
    void pauseWaitsForAProcedure();
    void keepsToItsInterval();
    void linesOfOneProcessSpreadTheirPolls();
    void severalPacksTakeTurns();
    void asksInOtherWordsUntilOneIsUnderstood();
    void asksInEachFormHoweverFewTriesThereAre();

private:
    void answerNormally();
    [[nodiscard]] const BatteryState &values() const { return m_pack->state().values(); }

    std::unique_ptr<VirtualClock> m_clock;
    std::unique_ptr<FakeTransport> m_line;
    std::unique_ptr<Session> m_session;
    PackLink *m_pack = nullptr;
};

void TestSession::init()
{
    m_clock = std::make_unique<VirtualClock>();
    m_clock->advanceBy(100000);
    m_line = std::make_unique<FakeTransport>(*m_clock);
    m_session = std::make_unique<Session>(*m_line, *m_clock, SessionSettings{});
    m_pack = m_session->addPack(std::make_unique<ToyDriver>());
    answerNormally();
}

void TestSession::cleanup()
{
    m_session.reset();
    m_line.reset();
    m_clock.reset();
}

void TestSession::answerNormally()
{
    m_line->answer = [this](const QByteArray &request) {
        switch (request.at(1)) {
        case 'V':
            m_line->reply(ToyDriver::voltage(6.6), 30);
            break;
        case 'C':
            m_line->reply(ToyDriver::cells(3300, 3301), 30);
            break;
        case 'S':
            m_line->reply(ToyDriver::frame('S', "A1"), 30);
            break;
        case 'O':
        case 'P':
        case 'U':
            m_line->reply(ToyDriver::frame(request.at(1), {}), 30);
            break;
        case 'W':
            m_line->reply(ToyDriver::frame('W', "\x05"), 30);
            break;
        default:
            break;
        }
    };
}

void TestSession::readsAndKeepsPolling()
{
    QSignalSpy identified(m_session.get(), &Session::packIdentified);
    QSignalSpy updated(m_session.get(), &Session::packUpdated);
    m_session->start();
    m_clock->advanceBy(10500);
    QCOMPARE(identified.size(), 1);
    // The second poll is up to half an interval early or late.
    QVERIFY2(updated.size() >= 10 && updated.size() <= 12, QByteArray::number(updated.size()).constData());
    QCOMPARE(values().voltage, 6.6);
    QCOMPARE(values().serialNumber, QStringLiteral("A1"));
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    QCOMPARE(m_pack->linkStatus(m_clock->now()).errors, 0U);
}

void TestSession::publishesNothingOfAPollThatFailed()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->answer = [this](const QByteArray &request) {
        if (request == "?V")
            m_line->reply(ToyDriver::voltage(9.9), 30);
    };
    m_clock->advanceBy(3000);
    QCOMPARE(values().voltage, 6.6);
    QCOMPARE(m_pack->condition(), Condition::Stale);
    QVERIFY(m_pack->linkStatus(m_clock->now()).lastError.contains(QStringLiteral("no reply")));
}

void TestSession::retriesAfterADamagedReply()
{
    m_session->start();
    m_clock->advanceBy(3000);
    int asked = 0;
    m_line->answer = [this, &asked](const QByteArray &request) {
        QByteArray reply = request == "?V" ? ToyDriver::voltage(6.7) : ToyDriver::cells(3350, 3350);
        if (request == "?O")
            reply = ToyDriver::frame('O', {});
        if (request == "?V" && ++asked % 2 == 1)
            reply[reply.size() - 1] = static_cast<char>(reply.back() + 1);
        m_line->reply(reply, 30);
    };
    m_clock->advanceBy(4000);
    QCOMPARE(values().voltage, 6.7);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    // Each damaged reply cost the quiet time, not the whole time-out.
    QVERIFY(*m_pack->linkStatus(m_clock->now()).lastPollMs < 450);
}

void TestSession::findsTheReplyBehindNoise()
{
    // A false start that promises 40 bytes, then the reply: found when the line falls silent.
    m_line->answer = [this](const QByteArray &request) {
        const QByteArray reply = request == "?V"   ? ToyDriver::voltage(6.6)
                                 : request == "?C" ? ToyDriver::cells(3300, 3300)
                                                   : ToyDriver::frame(request.at(1), "x");
        m_line->reply(QByteArray("#V\x20", 3) + reply, 30);
    };
    m_session->start();
    m_clock->advanceBy(3000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    QCOMPARE(values().voltage, 6.6);
}

void TestSession::waitsForTheDeadlineAfterAStrayByte()
{
    m_line->answer = [this](const QByteArray &request) {
        m_line->reply(QByteArray(1, 'z'), 5);
        const QByteArray reply = request == "?V"   ? ToyDriver::voltage(6.6)
                                 : request == "?C" ? ToyDriver::cells(3300, 3300)
                                                   : ToyDriver::frame(request.at(1), "x");
        m_line->reply(reply, 300); // after the quiet time, before the time-out
    };
    m_session->start();
    m_clock->advanceBy(3000);
    // Never asked again; the last poll may be half done.
    QVERIFY(m_line->written.count("?V") - m_line->written.count("?C") <= 1);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
}

void TestSession::optionalRequestsDoNotFailThePoll()
{
    const auto all = m_line->answer;
    m_line->answer = [all](const QByteArray &request) {
        if (request != "?O" && request != "?S")
            all(request);
    };
    m_session->start();
    m_clock->advanceBy(60000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    QCOMPARE(m_pack->linkStatus(m_clock->now()).errors, 0U);
    // Given up after three times, three tries each.
    QCOMPARE(m_line->written.count("?O"), 9);
}

void TestSession::asksAnotherFormOnlyWhereTheFirstStaysUnanswered_data()
{
    QTest::addColumn<QByteArray>("known"); // the forms that the device answers
    QTest::addColumn<QByteArrayList>("asked");
    QTest::newRow("both") << QByteArray("QV") << QByteArrayList{"?S", "?Q", "?C"};
    QTest::newRow("the second") << QByteArray("V") << QByteArrayList{"?S", "?Q", "?Q", "?Q", "?V", "?C"};
    QTest::newRow("none") << QByteArray() << QByteArrayList{"?S", "?Q", "?Q", "?Q", "?V", "?V", "?V"};
}

void TestSession::asksAnotherFormOnlyWhereTheFirstStaysUnanswered()
{
    QFETCH(const QByteArray, known);
    QFETCH(const QByteArrayList, asked);
    const auto all = m_line->answer;
    m_line->answer = [&](const QByteArray &request) {
        const char id = request.at(1);
        if (id != 'V' && id != 'Q')
            all(request);
        else if (known.contains(id))
            m_line->reply(ToyDriver::frame(id, QByteArray::fromHex("0042")), 30);
    };
    DriverConfig config;
    config.options.insert(QStringLiteral("forms"), true);
    m_session = std::make_unique<Session>(*m_line, *m_clock, SessionSettings{});
    m_pack = m_session->addPack(std::make_unique<ToyDriver>(config));
    m_session->start();
    m_clock->advanceBy(4000);
    QCOMPARE(QByteArrayList(m_line->written.first(asked.size())), asked);
    QCOMPARE(m_pack->condition() == Condition::Fresh, !known.isEmpty());
}

void TestSession::tellsWhatADriverHasAgainstADevice()
{
    const auto all = m_line->answer;
    m_line->answer = [&](const QByteArray &request) {
        if (request == "?V")
            m_line->reply(ToyDriver::voltage(1200), 30);
        else
            all(request);
    };
    m_session->start();
    m_clock->advanceBy(1000);
    QVERIFY(m_pack->condition() != Condition::Fresh);
    QCOMPARE(m_pack->linkStatus(m_clock->now()).lastError, QStringLiteral("fake0: too many volts"));
}

void TestSession::asksForWhatIsAbsentAsOftenAsTheDriverWants()
{
    auto driver = std::make_unique<ToyDriver>();
    driver->absentEveryMs = 20000;
    m_session = std::make_unique<Session>(*m_line, *m_clock, SessionSettings{});
    m_pack = m_session->addPack(std::move(driver));
    const auto all = m_line->answer;
    m_line->answer = [all](const QByteArray &request) {
        if (request != "?O")
            all(request);
    };
    m_session->start();
    m_clock->advanceBy(80000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    // Three times each 5 s, then each 20 s: three tries each.
    const auto asked = m_line->written.count("?O");
    QVERIFY2(asked >= 5 * 3 && asked <= 7 * 3, QByteArray::number(asked).constData());
}

void TestSession::asksRarelyWhatIsWantedRarely()
{
    m_session->start();
    m_clock->advanceBy(20500);
    QCOMPARE(m_line->written.count("?V"), 21);
    QVERIFY(m_line->written.count("?O") >= 4 && m_line->written.count("?O") <= 5);
}

void TestSession::measurementsBecomeUnknownTenSecondsAfterTheFirstFailure()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->answer = nullptr;
    m_clock->advanceBy(9000);
    QCOMPARE(m_pack->condition(), Condition::Stale);
    QVERIFY(values().voltage);
    m_clock->advanceBy(6000);
    QCOMPARE(m_pack->condition(), Condition::Lost);
    QVERIFY(!values().voltage);
    QVERIFY(values().cellVoltages.empty());
    QCOMPARE(values().serialNumber, QStringLiteral("A1"));
}

void TestSession::comesBackByItself()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->answer = nullptr;
    m_clock->advanceBy(30000);
    QCOMPARE(m_pack->condition(), Condition::Lost);
    answerNormally();
    m_clock->advanceBy(5000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    QCOMPARE(values().voltage, 6.6);
    QVERIFY(m_pack->linkStatus(m_clock->now()).longestGapS > 29);
}

void TestSession::reopensALostPort_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<int>("attempts");
    QTest::newRow("after 1 s") << 1 << 1;
    QTest::newRow("then 2 s later") << 3 << 2;
    QTest::newRow("then 5 s") << 8 << 3;
    QTest::newRow("then every 10 s") << 38 << 6;
}

void TestSession::reopensALostPort()
{
    QFETCH(int, seconds);
    QFETCH(int, attempts);
    QSignalSpy lost(m_session.get(), &Session::linkLost);
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->opens = 0;
    m_line->lose();
    QCOMPARE(m_pack->condition(), Condition::Stale);
    m_clock->advanceBy(seconds * 1000 + 100);
    QCOMPARE(m_line->opens, attempts);
    QCOMPARE(lost.size(), 1); // told once, not at every attempt
    m_line->present = true;
    m_clock->advanceBy(12000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
    QCOMPARE(m_pack->linkStatus(m_clock->now()).reconnectsPerHour, 1.0);
}

void TestSession::opensAtOnceWhenTheDeviceAppears()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->lose();
    m_clock->advanceBy(15000);
    m_line->present = true;
    emit m_line->deviceAppeared();
    m_clock->advanceBy(500);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
}

void TestSession::givesUpAnAttemptWithoutAnEnd()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->hangs = true;
    m_line->lose();
    m_clock->advanceBy(500 * 1000);
    QCOMPARE(m_line->opens, 2); // the first, and the one that hangs
    m_line->hangs = false;
    m_line->present = true;
    m_clock->advanceBy(150 * 1000);
    QCOMPARE(m_line->opens, 3);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
}

void TestSession::anotherBatteryIsReplaced()
{
    QSignalSpy replaced(m_session.get(), &Session::packReplaced);
    m_session->start();
    m_clock->advanceBy(3000);
    m_line->answer = nullptr;
    m_clock->advanceBy(20000);
    answerNormally();
    const auto all = m_line->answer;
    m_line->answer = [this, all](const QByteArray &request) {
        if (request == "?S")
            m_line->reply(ToyDriver::frame('S', "B2"), 30);
        else
            all(request);
    };
    m_clock->advanceBy(5000);
    QVERIFY(replaced.size() >= 1);
}

void TestSession::dropsImplausibleValuesAndReportsTheThird()
{
    QSignalSpy events(m_session.get(), &Session::implausible);
    m_session->start();
    m_clock->advanceBy(3000);
    const auto all = m_line->answer;
    m_line->answer = [this, all](const QByteArray &request) {
        if (request == "?C")
            m_line->reply(ToyDriver::cells(3300, 60000), 30);
        else
            all(request);
    };
    m_clock->advanceBy(2000);
    QCOMPARE(values().cellVoltages.size(), 2U);
    QVERIFY(!values().cellVoltages[1]);
    QCOMPARE(values().cellVoltages[0], 3.3);
    QCOMPARE(events.size(), 0);
    m_clock->advanceBy(2000);
    QCOMPARE(events.size(), 1);
    QVERIFY(m_pack->linkStatus(m_clock->now()).implausible >= 3);
}

void TestSession::runsProceduresBetweenPolls()
{
    m_session->start();
    m_clock->advanceBy(3000);
    bool done = false;
    m_session->run(m_pack, std::make_unique<ScriptedProcedure>("PP", "U"),
                   [&](const ProcedureResult &result, const auto &) { done = result.ok; });
    m_line->written.clear();
    m_clock->advanceBy(300);
    QVERIFY(done);
    // A poll follows at once.
    QCOMPARE(m_line->written.mid(0, 4), (QList<QByteArray>{"?P", "?P", "?U", "?V"}));
}

void TestSession::undoesWhatAProcedureOpenedWhenItFails()
{
    m_session->start();
    m_clock->advanceBy(3000);
    bool done = false;
    m_session->run(m_pack, std::make_unique<ScriptedProcedure>("PWP", "U"),
                   [&](const ProcedureResult &, const auto &) { done = true; });
    m_line->written.clear();
    m_clock->advanceBy(300);
    QVERIFY(done);
    QCOMPARE(m_line->written.mid(0, 3), (QList<QByteArray>{"?P", "?W", "?U"}));
}

void TestSession::undoesWhatAProcedureOpenedWhenItIsStopped()
{
    QSignalSpy stopped(m_session.get(), &Session::stopped);
    m_session->start();
    m_clock->advanceBy(3000);
    m_session->run(m_pack, std::make_unique<ScriptedProcedure>("PPPPPPPP", "U"),
                   [](const auto &, const auto &) {});
    m_line->written.clear();
    m_clock->advanceBy(60);
    m_session->stop();
    QCOMPARE(stopped.size(), 0);
    m_clock->advanceBy(500);
    QCOMPARE(stopped.size(), 1);
    QCOMPARE(m_line->written.last(), QByteArray("?U"));
    QVERIFY(m_line->written.size() < 6);
    QVERIFY(!m_line->isOpen());
}

void TestSession::tellsAProcedureThatTheLinkIsLost()
{
    m_session->start();
    m_clock->advanceBy(3000);
    bool done = false;
    bool ok = true;
    m_session->run(m_pack, std::make_unique<ScriptedProcedure>("PPPP", "U"),
                   [&](const ProcedureResult &result, const auto &) {
                       done = true;
                       ok = result.ok;
                   });
    m_clock->advanceBy(60);
    m_line->lose();
    QVERIFY(done);
    QVERIFY(!ok);
    m_line->present = true;
    m_clock->advanceBy(5000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
}

void TestSession::pausesAndTakesTheLineBack()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_session->pause(60000);
    QCOMPARE(m_pack->condition(), Condition::Paused);
    QVERIFY(!m_line->isOpen());
    m_line->written.clear();
    m_clock->advanceBy(59000);
    QVERIFY(m_line->written.isEmpty());
    m_clock->advanceBy(2000);
    QCOMPARE(m_pack->condition(), Condition::Fresh);
}

void TestSession::pauseWaitsForAProcedure()
{
    m_session->start();
    m_clock->advanceBy(3000);
    m_session->run(m_pack, std::make_unique<ScriptedProcedure>("PPPP", "U"),
                   [](const auto &, const auto &) {});
    m_clock->advanceBy(60);
    m_session->pause(60000);
    m_clock->advanceBy(1000);
    QCOMPARE(m_line->written.last(), QByteArray("?U"));
    QCOMPARE(m_pack->condition(), Condition::Paused);
}

void TestSession::keepsToItsInterval()
{
    m_session->start();
    m_clock->advanceBy(1000);
    m_line->written.clear();
    m_clock->advanceBy(100000);
    const auto polls = m_line->written.count("?V");
    QVERIFY2(polls >= 99 && polls <= 101, qPrintable(QString::number(polls)));
}

void TestSession::linesOfOneProcessSpreadTheirPolls()
{
    constexpr int lines = 16;
    std::vector<std::unique_ptr<FakeTransport>> transports;
    std::vector<std::unique_ptr<Session>> sessions;
    for (int i = 0; i < lines; ++i) {
        transports.push_back(
            std::make_unique<FakeTransport>(*m_clock, QStringLiteral("/dev/ttyUSB%1").arg(i)));
        FakeTransport *line = transports.back().get();
        line->answer = [line](const QByteArray &request) {
            line->reply(request == "?V"   ? ToyDriver::voltage(6.6)
                        : request == "?C" ? ToyDriver::cells(3300, 3301)
                                          : ToyDriver::frame(request.at(1), "A1"),
                        30);
        };
        sessions.push_back(std::make_unique<Session>(*line, *m_clock, SessionSettings{}));
        sessions.back()->addPack(std::make_unique<ToyDriver>());
        sessions.back()->start();
    }
    const qint64 started = m_clock->now();
    m_clock->advanceBy(10000);
    std::map<qint64, int> phases; // ms in the second: so many lines
    for (const auto &line : transports) {
        // The first reading waits for nobody.
        QVERIFY(line->writtenAt.first() <= started + 200);
        QList<qint64> polls;
        for (qsizetype i = 0; i < line->written.size(); ++i) {
            if (line->written.at(i) == "?V")
                polls.append(line->writtenAt.at(i));
        }
        for (qsizetype i = 1; i < polls.size(); ++i) {
            const qint64 apart = polls.at(i) - polls.at(i - 1);
            QVERIFY2(i == 1 ? apart > 300 && apart <= 1500 : std::abs(apart - 1000) <= 2,
                     QByteArray::number(apart).constData());
        }
        ++phases[polls.last() % 1000];
    }
    // Not all at one moment, and not each at its own, which would cost a wake-up each.
    QCOMPARE(phases.size(), 3U);
    for (const auto &[phase, count] : phases)
        QVERIFY2(count >= 4 && count <= 7, QByteArray::number(count).constData());
}

void TestSession::severalPacksTakeTurns()
{
    DriverConfig config;
    config.address = 2;
    PackLink *second = m_session->addPack(std::make_unique<ToyDriver>(config));
    m_session->start();
    m_clock->advanceBy(5000);
    QVERIFY(m_pack->isIdentified());
    QVERIFY(second->isIdentified());
    QCOMPARE(second->linkStatus(m_clock->now()).errors, 0U);
}

void TestSession::asksInOtherWordsUntilOneIsUnderstood()
{
    FakeTransport line(*m_clock);
    line.open();
    line.answer = [&](const QByteArray &request) {
        if (request == "?V")
            line.reply(ToyDriver::voltage(6.6), 30);
    };
    Request request;
    request.id = 'V';
    request.bytes = "!V";
    request.otherForms = {"/V", "?V"};
    ToyDriver driver;
    Exchange exchange(line, *m_clock);
    Update update;
    std::optional<ExchangeResult> result;
    exchange.start(driver, request, update, 0, 150, [&](const ExchangeResult &r) { result = r; });
    m_clock->advanceBy(5000);
    QVERIFY(result && result->end == ExchangeResult::End::Complete);
    QCOMPARE(result->tries, 3);
    QCOMPARE(line.written, (QList<QByteArray>{"!V", "/V", "?V"}));
    QCOMPARE(*update.values.voltage, 6.6);
}

void TestSession::asksInEachFormHoweverFewTriesThereAre()
{
    for (const bool each : {false, true}) {
        FakeTransport line(*m_clock);
        line.open();
        Request request;
        request.bytes = "!V";
        request.otherForms = {"/V"};
        request.eachForm = each;
        request.tries = 1;
        ToyDriver driver;
        Exchange exchange(line, *m_clock);
        Update update;
        std::optional<ExchangeResult> result;
        exchange.start(driver, request, update, 0, 150, [&](const ExchangeResult &r) { result = r; });
        m_clock->advanceBy(5000);
        QVERIFY(result && result->end == ExchangeResult::End::Timeout);
        QCOMPARE(line.written, each ? (QList<QByteArray>{"!V", "/V"}) : (QList<QByteArray>{"!V"}));
    }
}

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
