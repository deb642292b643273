// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "vectorpeer.h"

#include "bms/bluetooth.h"

#include <QJsonObject>
#include <algorithm>

namespace sb {
namespace {

QString frameText(const CanFrame &frame)
{
    const QString id = QStringLiteral("%1#").arg(frame.id, frame.extended ? 8 : 3, 16, QLatin1Char('0'));
    return frame.remote ? QString(id + QLatin1Char('r'))
                        : QString(id + QString::fromLatin1(frame.data.toHex()));
}

CanFrame frameOf(const QString &text)
{
    const qsizetype hash = text.indexOf(QLatin1Char('#'));
    CanFrame frame;
    frame.id = text.left(hash).toUInt(nullptr, 16);
    frame.extended = hash > 3;
    const QString data = text.mid(hash + 1);
    frame.remote = data.startsWith(QLatin1Char('r'), Qt::CaseInsensitive);
    if (!frame.remote)
        frame.data = QByteArray::fromHex(data.toLatin1());
    return frame;
}

/// A characteristic that is read, among the requests.
QString readText(const QUuid &characteristic)
{
    return QStringLiteral("read ") + bluetoothUuidText(characteristic);
}

} // namespace

VectorPeer::VectorPeer(TransportKind transport, const QJsonArray &exchanges)
    : m_transport(transport)
{
    for (const QJsonValue &value : exchanges) {
        const QJsonObject object = value.toObject();
        Exchange exchange;
        if (const QString read = object.value(QLatin1String("read")).toString(); !read.isEmpty()) {
            exchange.tx = readText(bluetoothUuid(read));
            exchange.rx.append(object.value(QLatin1String("value")).toString());
            exchange.used = true; // nothing that a driver has to ask
            m_exchanges.push_back(exchange);
            continue;
        }
        exchange.tx = object.value(QLatin1String("tx")).toString().toLower();
        for (const QJsonValue &chunk : object.value(QLatin1String("rx")).toArray())
            exchange.rx.append(chunk.toString());
        m_exchanges.push_back(exchange);
    }
}

QStringList VectorPeer::textOf(const Request &request)
{
    if (request.reads)
        return {readText(request.characteristic)};
    QStringList texts;
    for (const CanFrame &frame : request.frames)
        texts.append(frameText(frame));
    if (!request.bytes.isEmpty())
        texts.append(QString::fromLatin1(request.bytes.toHex()));
    return texts;
}

void VectorPeer::speakFirst(Driver &driver, Update &update)
{
    if (m_exchanges.empty() || !m_exchanges.front().tx.isEmpty() || m_exchanges.front().used)
        return;
    m_exchanges.front().used = true;
    (void)say(driver, 0, nullptr, update);
}

StepResult VectorPeer::ask(Driver &driver, const Request &asked, Update &update)
{
    Request request = asked;
    const int forms = 1 + static_cast<int>(request.otherForms.size());
    Reply reply;
    for (int tryNumber = 0; tryNumber < std::max(forms, request.tries); ++tryNumber, request.nextForm()) {
        const QStringList wanted = textOf(request);
        driver.begin(request);
        reply = {};
        // Each part of a CAN request may have its own answer. A question that is repeated gets the next
        // answer in the case, and the last one again when there are no more.
        bool answered = false;
        for (const QString &each : wanted.isEmpty() ? QStringList{QString()} : wanted) {
            int at = find({each}, true);
            if (at < 0 && tryNumber < forms && !wanted.isEmpty())
                at = find({each}, false);
            if (at < 0)
                continue;
            Exchange &exchange = m_exchanges[static_cast<size_t>(at)];
            exchange.used = true;
            answered = true;
            if (reply.state == ReplyState::Waiting)
                reply = say(driver, static_cast<size_t>(at), &request, update);
            if (reply.state != ReplyState::Complete)
                m_failed = true;
        }
        const bool open = reply.state == ReplyState::Waiting || reply.state == ReplyState::Repeat;
        if ((!answered && tryNumber + 1 >= forms) || !open)
            break;
    }
    switch (reply.state) {
    case ReplyState::Complete:
        return {StepResult::End::Complete, 0, &update};
    case ReplyState::Refused:
    case ReplyState::Repeat:
        return {StepResult::End::Refused, reply.code, nullptr};
    case ReplyState::Waiting:
        break;
    }
    return {StepResult::End::Timeout, 0, nullptr};
}

int VectorPeer::asked() const
{
    return static_cast<int>(std::count_if(m_exchanges.begin(), m_exchanges.end(),
                                          [](const Exchange &exchange) { return exchange.used; }));
}

bool VectorPeer::hasUnasked() const
{
    return std::any_of(m_exchanges.begin(), m_exchanges.end(),
                       [](const Exchange &exchange) { return !exchange.used && !exchange.tx.isEmpty(); });
}

int VectorPeer::find(const QStringList &wanted, bool unusedOnly) const
{
    int found = -1;
    for (size_t i = 0; i < m_exchanges.size(); ++i) {
        if (!wanted.contains(m_exchanges[i].tx) || (unusedOnly && m_exchanges[i].used))
            continue;
        found = static_cast<int>(i);
        if (unusedOnly)
            break;
    }
    return found < 0 ? findPieces(wanted, unusedOnly) : found;
}

/// A long question that the case writes in several pieces: the last of them.
int VectorPeer::findPieces(const QStringList &wanted, bool unusedOnly) const
{
    for (size_t first = 0; first < m_exchanges.size(); ++first) {
        QString text;
        for (size_t i = first; i < m_exchanges.size() && !m_exchanges[i].tx.isEmpty(); ++i) {
            text += m_exchanges[i].tx;
            if (i > first && wanted.contains(text) && !(unusedOnly && m_exchanges[i].used))
                return static_cast<int>(i);
            if (!m_exchanges[i].rx.isEmpty())
                break; // it was a whole question
        }
    }
    return -1;
}

Reply VectorPeer::chunks(Driver &driver, size_t at, const Request *pending, Update &update)
{
    for (const QString &chunk : m_exchanges[at].rx) {
        Reply now = hear(driver, chunk, pending, update);
        if (!now.answer.isEmpty()) {
            const int next = find({QString::fromLatin1(now.answer.toHex())}, true);
            if (next >= 0) {
                m_exchanges[static_cast<size_t>(next)].used = true;
                if (now.state == ReplyState::Waiting)
                    now = chunks(driver, static_cast<size_t>(next), pending, update);
            }
        }
        if (pending && now.state != ReplyState::Waiting)
            return now; // bytes after a reply are nobody's: the next request begins with an empty line
    }
    return driver.lineSilent(pending, update);
}

/// The answer, and what the device says by itself after it.
Reply VectorPeer::say(Driver &driver, size_t at, const Request *pending, Update &update)
{
    Reply reply;
    if (const Reply now = chunks(driver, at, pending, update); pending)
        reply = now;
    for (size_t next = at + 1; next < m_exchanges.size() && m_exchanges[next].tx.isEmpty(); ++next) {
        m_exchanges[next].used = true;
        if (reply.state != ReplyState::Waiting)
            pending = nullptr;
        if (const Reply now = chunks(driver, next, pending, update); pending)
            reply = now;
    }
    return reply;
}

Reply VectorPeer::hear(Driver &driver, const QString &chunk, const Request *pending, Update &update) const
{
    switch (m_transport) {
    case TransportKind::Can:
        return driver.receiveFrame(frameOf(chunk), pending, update);
    case TransportKind::Mqtt:
        return driver.receive(bytesOf(chunk.toUtf8()), pending, update);
    case TransportKind::Serial:
    case TransportKind::Bluetooth:
        break;
    }
    return driver.receive(bytesOf(QByteArray::fromHex(chunk.toLatin1())), pending, update);
}

} // namespace sb
