// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fakes.h"
#include "session/exchange.h"

#include <QTest>

using namespace sb;

namespace {

constexpr int gapMs = 20;
constexpr int quietMs = 150;

/// Takes "yes" for the reply, "no" for not understood, "never" for a refusal.
class Listener : public ToyDriver
{
public:
    using ToyDriver::ToyDriver;
    void begin(const Request &request) override { begun.append(request.bytes); }
    [[nodiscard]] Reply receive(Bytes bytes, const Request *pending, Update &) override
    {
        const QByteArrayView text = viewOf(bytes);
        if (text == "yes") {
            understood = pending->bytes;
            return {ReplyState::Complete, 0};
        }
        m_missing = text == "half" ? 4 : 0;
        if (text == "no")
            return {ReplyState::Repeat, 5};
        return text == "never" ? Reply{ReplyState::Refused, 4} : Reply{};
    }
    [[nodiscard]] Reply lineSilent(const Request *, Update &) override { return {}; }
    [[nodiscard]] int missingBytes() const override { return m_missing; }

    QByteArrayList begun;
    QByteArray understood;

private:
    int m_missing = 0;
};

} // namespace

class TestExchange : public QObject
{
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void furtherTriesTakeTheOtherFormsInTurn();
    void repeatsAFormWhoseReplyWasDamaged();
    void givesEachFormItsTurnWhenNotUnderstood();
    void endsAsRefusedWhenNoFormIsUnderstood();
    void endsAtOnceWhenRefused();
    void asksAgainWithoutTheWaitForALateReply();
    void waitsForALateReplyBeforeTheNextRequest();
    void asksAnotherDriverWithoutThatWait();
    void waitsForTheRestOfALongReply();

private:
    /// Runs until it ended.
    ExchangeResult run(const Request &request);
    static Request twoForms()
    {
        Request request;
        request.bytes = "a";
        request.otherForms = {"b", "c"};
        request.timeoutMs = 300;
        return request;
    }

    std::unique_ptr<VirtualClock> m_clock;
    std::unique_ptr<FakeTransport> m_line;
    std::unique_ptr<Exchange> m_exchange;
    std::unique_ptr<Listener> m_driver;
    Update m_update;
};

void TestExchange::init()
{
    m_clock = std::make_unique<VirtualClock>();
    m_clock->advanceBy(1000);
    m_line = std::make_unique<FakeTransport>(*m_clock);
    m_line->open();
    m_exchange = std::make_unique<Exchange>(*m_line, *m_clock);
    m_driver = std::make_unique<Listener>(DriverConfig{});
}

void TestExchange::cleanup()
{
    m_exchange.reset();
    m_line.reset();
    m_driver.reset();
    m_clock.reset();
}

ExchangeResult TestExchange::run(const Request &request)
{
    std::optional<ExchangeResult> result;
    m_exchange->start(*m_driver, request, m_update, gapMs, quietMs,
                      [&](const ExchangeResult &ended) { result = ended; });
    while (!result && m_clock->advance()) {
    }
    return result.value_or(ExchangeResult());
}

void TestExchange::furtherTriesTakeTheOtherFormsInTurn()
{
    Request request = twoForms();
    request.tries = 4;
    QVERIFY(run(request).end == ExchangeResult::End::Timeout);
    QCOMPARE(m_line->written, QByteArrayList({"a", "b", "c", "a"}));
    QCOMPARE(m_driver->begun, m_line->written);
}

void TestExchange::repeatsAFormWhoseReplyWasDamaged()
{
    Request request = twoForms();
    int asked = 0;
    m_line->answer = [&](const QByteArray &) {
        m_line->reply(++asked == 1 ? "half" : asked == 2 ? "?" : "yes", 30);
    };
    QVERIFY(run(request).end == ExchangeResult::End::Complete);
    // Bytes that are no beginning of a reply are noise, and the form may be to blame for the silence.
    QCOMPARE(m_line->written, QByteArrayList({"a", "a", "b"}));
}

void TestExchange::givesEachFormItsTurnWhenNotUnderstood()
{
    Request request = twoForms();
    request.tries = 1;
    m_line->answer = [this](const QByteArray &asked) { m_line->reply(asked == "c" ? "yes" : "no", 30); };
    const ExchangeResult result = run(request);
    QVERIFY(result.end == ExchangeResult::End::Complete);
    QCOMPARE(result.tries, 3);
    QCOMPARE(result.form, 2);
    QCOMPARE(m_driver->understood, QByteArray("c"));
}

void TestExchange::endsAsRefusedWhenNoFormIsUnderstood()
{
    Request request = twoForms();
    request.tries = 1;
    m_line->answer = [this](const QByteArray &) { m_line->reply("no", 30); };
    const ExchangeResult result = run(request);
    QVERIFY(result.end == ExchangeResult::End::Refused);
    QCOMPARE(result.code, 5);
    QCOMPARE(m_line->written, QByteArrayList({"a", "b", "c"}));
}

void TestExchange::endsAtOnceWhenRefused()
{
    m_line->answer = [this](const QByteArray &) { m_line->reply("never", 30); };
    const ExchangeResult result = run(twoForms());
    QVERIFY(result.end == ExchangeResult::End::Refused);
    QCOMPARE(result.code, 4);
    QCOMPARE(m_line->written.size(), 1);
}

void TestExchange::asksAgainWithoutTheWaitForALateReply()
{
    Request request = twoForms();
    request.retryAfterMs = 200;
    m_line->answer = [this](const QByteArray &asked) {
        if (asked != "b")
            m_line->reply(asked == "a" ? "no" : "yes", 30);
    };
    QVERIFY(run(request).end == ExchangeResult::End::Complete);
    QCOMPARE(m_line->writtenAt.at(1) - m_line->writtenAt.at(0), 30 + gapMs);
    QCOMPARE(m_line->writtenAt.at(2) - m_line->writtenAt.at(1), 300 + 200); // silence
}

void TestExchange::waitsForALateReplyBeforeTheNextRequest()
{
    Request request = twoForms();
    request.tries = 1;
    request.retryAfterMs = 200;
    QVERIFY(run(request).end == ExchangeResult::End::Timeout);
    m_line->reply("yes", 100); // to what was given up
    m_line->answer = [this](const QByteArray &) { m_line->reply("never", 30); };
    QVERIFY(run(request).end == ExchangeResult::End::Refused);
    QCOMPARE(m_line->writtenAt.at(1) - m_line->writtenAt.at(0), 300 + 200);
    // After an answer nothing is late.
    (void)run(request);
    QCOMPARE(m_line->writtenAt.at(2) - m_line->writtenAt.at(1), 30 + gapMs);
}

void TestExchange::asksAnotherDriverWithoutThatWait()
{
    Request request = twoForms();
    request.tries = 1;
    request.retryAfterMs = 200;
    (void)run(request);
    const std::unique_ptr<Listener> before =
        std::exchange(m_driver, std::make_unique<Listener>(DriverConfig{}));
    (void)run(request);
    QCOMPARE(m_line->writtenAt.at(1) - m_line->writtenAt.at(0), 300);
}

void TestExchange::waitsForTheRestOfALongReply()
{
    // A transport holds back what comes until the whole is there, which takes the line longer than the
    // silence that ends a reply.
    m_line->byteTimeMs = 50;
    m_line->answer = [this](const QByteArray &) {
        m_line->reply("half", 10);
        m_line->reply("yes", 10 + quietMs + 40);
    };
    Request request;
    request.bytes = "a";
    request.timeoutMs = 1000;
    const ExchangeResult result = run(request);
    QCOMPARE(result.end, ExchangeResult::End::Complete);
    QCOMPARE(result.tries, 1);
}

QTEST_GUILESS_MAIN(TestExchange)
#include "tst_exchange.moc"
