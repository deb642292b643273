// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "vectorcase.h"

#include "app/valuecompare.h"
#include "bms/timedstate.h"

#include <QJsonArray>
#include <QSet>
#include <random>

namespace sb {
namespace {

enum class Pieces : quint8 { Recorded, Whole, Bytes, Random };

struct RecordedExchange
{
    QByteArray request; ///< empty: the device spoke by itself
    std::vector<QByteArray> reply;
    bool used = false;
};

TransportKind transportOf(const QJsonObject &vector)
{
    const QString transport = vector.value(QLatin1String("transport")).toString();
    if (transport == QLatin1String("ble"))
        return TransportKind::Bluetooth;
    if (transport == QLatin1String("can"))
        return TransportKind::Can;
    if (transport == QLatin1String("mqtt"))
        return TransportKind::Mqtt;
    return TransportKind::Serial;
}

std::vector<RecordedExchange> exchangesOf(const QJsonObject &vector)
{
    std::vector<RecordedExchange> exchanges;
    const QJsonArray array = vector.value(QLatin1String("exchanges")).toArray();
    for (const QJsonValue &value : array) {
        const QJsonObject object = value.toObject();
        RecordedExchange exchange;
        exchange.request = QByteArray::fromHex(object.value(QLatin1String("tx")).toString().toLatin1());
        const QJsonArray pieces = object.value(QLatin1String("rx")).toArray();
        for (const QJsonValue &piece : pieces)
            exchange.reply.push_back(QByteArray::fromHex(piece.toString().toLatin1()));
        exchanges.push_back(std::move(exchange));
    }
    return exchanges;
}

std::vector<QByteArray> cut(const std::vector<QByteArray> &pieces, Pieces how, std::mt19937 &random)
{
    if (how == Pieces::Recorded)
        return pieces;
    QByteArray whole;
    for (const QByteArray &piece : pieces)
        whole += piece;
    if (how == Pieces::Whole)
        return {whole};
    std::vector<QByteArray> result;
    for (qsizetype at = 0; at < whole.size();) {
        const qsizetype size =
            how == Pieces::Bytes ? 1 : std::uniform_int_distribution<qsizetype>(1, 9)(random);
        result.push_back(whole.mid(at, size));
        at += size;
    }
    return result;
}

/// One driver and the recording it is answered from.
class Bench
{
public:
    Bench(const QJsonObject &vector, const DriverDescriptor &driver, Pieces pieces, bool answerEverything)
        : m_exchanges(exchangesOf(vector))
        , m_pieces(pieces)
        , m_answerEverything(answerEverything)
    {
        DriverConfig config;
        config.transport = transportOf(vector);
        config.options = vector.value(QLatin1String("config")).toObject().toVariantMap();
        if (config.options.contains(QStringLiteral("address")))
            config.address = config.options.value(QStringLiteral("address")).toInt();
        m_driver = driver.create(config);
    }

    /// What a session would read: all requests of both phases, then what the device says by itself.
    void readAll()
    {
        std::vector<Request> requests;
        m_driver->requests(Phase::Identify, requests);
        m_driver->requests(Phase::Poll, requests);
        // A recording may hold several rounds.
        for (bool again = true; again;) {
            again = false;
            for (const Request &request : requests) {
                if (RecordedExchange *exchange = nextUnused(request.bytes)) {
                    feed(request, *exchange);
                    again = true;
                }
            }
        }
        for (RecordedExchange &exchange : m_exchanges) {
            if (!exchange.request.isEmpty())
                continue;
            Update update;
            for (const QByteArray &piece : cut(exchange.reply, m_pieces, m_random))
                (void)m_driver->receive(bytesOf(piece), nullptr, update);
            take(update);
        }
    }

    void readParameters()
    {
        for (const ParameterInfo &info : m_driver->parameters())
            run(m_driver->readParameters({info.id}));
    }

    /// Everything that a user could command, so that all frames of writes are made.
    void commandAll()
    {
        BatteryState now = m_state.values();
        if (!now.capacityAh)
            now.capacityAh = 100;
        for (const double off : {0.0, 1.0}) {
            for (const Control control :
                 {Control::Charge, Control::Discharge, Control::Balancing, Control::Heater})
                run(m_driver->control(control, off, now));
            // Each alone, too.
            run(m_driver->control(Control::Charge, 1 - off, now));
        }
        for (const double percent : {50.0, 100.0})
            run(m_driver->control(Control::StateOfCharge, percent, now));
    }

    [[nodiscard]] QJsonObject values() const
    {
        QJsonObject object;
        writeJson(m_state.values(), object);
        return object;
    }
    [[nodiscard]] bool decodedAnything() const { return knownFields(m_state.values()).any(); }
    [[nodiscard]] bool hasSent(const QByteArray &frame) const { return m_sent.contains(frame); }

private:
    RecordedExchange *nextUnused(const QByteArray &request)
    {
        for (RecordedExchange &exchange : m_exchanges) {
            if (!exchange.used && !request.isEmpty() && exchange.request == request)
                return &exchange;
        }
        return nullptr;
    }
    RecordedExchange *anyOf(const QByteArray &request)
    {
        if (RecordedExchange *fresh = nextUnused(request))
            return fresh;
        for (RecordedExchange &exchange : m_exchanges) {
            if (exchange.request == request)
                return &exchange;
        }
        return nullptr;
    }

    Reply feed(const Request &request, RecordedExchange &exchange)
    {
        exchange.used = true;
        m_sent.insert(request.bytes);
        m_update.clear();
        m_driver->begin(request);
        Reply reply;
        for (const QByteArray &piece : cut(exchange.reply, m_pieces, m_random)) {
            if (reply.state == ReplyState::Waiting)
                reply = m_driver->receive(bytesOf(piece), &request, m_update);
        }
        if (reply.state == ReplyState::Waiting)
            reply = m_driver->lineSilent(&request, m_update);
        take(m_update);
        return reply;
    }

    void run(std::unique_ptr<Procedure> procedure)
    {
        StepResult last;
        constexpr int endless = 500;
        for (int i = 0; procedure && i < endless; ++i) {
            const std::optional<Request> request = procedure->next(last);
            if (!request)
                return;
            m_sent.insert(request->bytes);
            last = {StepResult::End::Timeout, 0, nullptr};
            if (RecordedExchange *exchange = anyOf(request->bytes)) {
                const Reply reply = feed(*request, *exchange);
                if (reply.state == ReplyState::Complete)
                    last = {StepResult::End::Complete, 0, &m_update};
                else if (reply.state == ReplyState::Refused)
                    last = {StepResult::End::Refused, reply.code, nullptr};
            } else if (m_answerEverything) {
                m_update.clear();
                last = {StepResult::End::Complete, 0, &m_update};
            }
        }
    }

    void take(const Update &update) { m_state.merge(update.values, ++m_now); }

    std::vector<RecordedExchange> m_exchanges;
    Pieces m_pieces;
    bool m_answerEverything;
    std::unique_ptr<Driver> m_driver;
    TimedState m_state;
    Update m_update;
    QSet<QByteArray> m_sent;
    std::mt19937 m_random{20261123};
    qint64 m_now = 0;
};

QStringList checkOnce(const QJsonObject &vector, const DriverDescriptor &driver, Pieces pieces)
{
    QStringList problems;
    const QJsonObject expected = vector.value(QLatin1String("expect")).toObject();
    const bool writes =
        expected.contains(QLatin1String("writes")) || expected.contains(QLatin1String("requests"));
    Bench bench(vector, driver, pieces, writes);
    bench.readAll();
    if (expected.value(QLatin1String("error")).toBool()) {
        if (bench.decodedAnything())
            problems.append(QStringLiteral("decoded something of a damaged exchange"));
        return problems;
    }
    if (writes) {
        bench.commandAll();
        const std::vector<RecordedExchange> exchanges = exchangesOf(vector);
        for (const RecordedExchange &exchange : exchanges) {
            if (!exchange.request.isEmpty() && !bench.hasSent(exchange.request))
                problems.append(QStringLiteral("request: expected %1, got nothing like it")
                                    .arg(QString::fromLatin1(exchange.request.toHex())));
        }
        return problems;
    }
    const QJsonObject tolerance = vector.value(QLatin1String("tolerance")).toObject();
    std::vector<ValueDifference> differences = compareValues(expected, bench.values(), tolerance);
    if (!differences.empty() && driver.info.hasParameters) {
        bench.readParameters();
        differences = compareValues(expected, bench.values(), tolerance);
    }
    for (const ValueDifference &difference : differences)
        problems.append(QStringLiteral("%1: expected %2, got %3")
                            .arg(difference.field, difference.expected, difference.got));
    return problems;
}

} // namespace

const DriverDescriptor *driverOfVector(const QString &id, const DriverRegistry &drivers)
{
    if (const DriverDescriptor *driver = drivers.find(id))
        return driver;
    constexpr QLatin1String bluetooth("-ble");
    return id.endsWith(bluetooth) ? drivers.find(id.chopped(bluetooth.size())) : nullptr;
}

QStringList checkVector(const QJsonObject &vector, const DriverDescriptor &driver)
{
    QStringList problems;
    for (const Pieces pieces : {Pieces::Recorded, Pieces::Whole, Pieces::Bytes, Pieces::Random}) {
        for (const QString &problem : checkOnce(vector, driver, pieces)) {
            if (!problems.contains(problem))
                problems.append(problem);
        }
    }
    return problems;
}

} // namespace sb
