// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/btsnoop.h"

#include "bms/bytes.h"
#include "transport/capturetext.h"

#include <QCoreApplication>
#include <QDateTime>
#include <map>

namespace sb {
namespace {

constexpr QByteArrayView magic("btsnoop\0", 8);
constexpr qsizetype fileHeader = 16;
constexpr qsizetype recordHeader = 24;
constexpr qint64 withH4Type = 1002; ///< datalink of Android: the packet type stands before each packet
constexpr qint64 monitor = 2001;    ///< datalink of btmon: the type is in the record's flags
constexpr quint8 aclData = 0x02;
constexpr qint64 monitorAclSent = 4;
constexpr qint64 monitorAclReceived = 5;
constexpr qint64 attChannel = 4;
constexpr qint64 epochOffsetUs = 0x00DCDDB30F2F8000; ///< of year 0 to 1970
constexpr qsizetype largestPacket = 65536;

namespace att {
constexpr quint8 writeRequest = 0x12;
constexpr quint8 writeCommand = 0x52;
constexpr quint8 notification = 0x1B;
constexpr quint8 indication = 0x1D;
} // namespace att

QString tr(const char *text) { return QCoreApplication::translate("Btsnoop", text); }

struct AttEvent
{
    qint64 us;
    bool toBms;
    qint64 handle;
    QByteArray value;
};

/// Puts L2CAP fragments of each connection and direction together.
class Reader
{
public:
    void acl(qint64 us, bool sent, Bytes packet)
    {
        constexpr size_t header = 4;
        if (packet.size() < header)
            return;
        const qint64 word = *readInteger(packet, 0, Wire::U16LE);
        const int connection = static_cast<int>(word & 0x0FFF);
        const bool continues = ((word >> 12) & 3) == 1;
        QByteArray &whole = m_partial[{connection, sent}];
        if (!continues)
            whole.clear();
        whole.append(viewOf(packet.subspan(header)));
        constexpr qsizetype l2capHeader = 4;
        if (whole.size() < l2capHeader)
            return;
        const Bytes bytes = bytesOf(whole);
        const qint64 length = *readInteger(bytes, 0, Wire::U16LE);
        if (whole.size() < l2capHeader + length)
            return;
        if (*readInteger(bytes, 2, Wire::U16LE) == attChannel)
            attribute(us, connection, sent, bytes.subspan(l2capHeader, static_cast<size_t>(length)));
        whole.clear();
    }
    [[nodiscard]] const std::map<int, std::vector<AttEvent>> &connections() const { return m_events; }

private:
    void attribute(qint64 us, int connection, bool sent, Bytes pdu)
    {
        constexpr size_t header = 3;
        if (pdu.size() < header)
            return;
        const bool write = sent && (pdu[0] == att::writeRequest || pdu[0] == att::writeCommand);
        const bool news = !sent && (pdu[0] == att::notification || pdu[0] == att::indication);
        if (write || news)
            m_events[connection].push_back(
                {us, write, *readInteger(pdu, 1, Wire::U16LE), viewOf(pdu.subspan(header)).toByteArray()});
    }
    std::map<std::pair<int, bool>, QByteArray> m_partial;
    std::map<int, std::vector<AttEvent>> m_events; ///< by connection
};

} // namespace

bool isBtsnoop(const QByteArray &content) { return content.startsWith(magic); }

ImportResult importBtsnoop(const QByteArray &content, const QString &name, const ImportOptions &options)
{
    ImportResult result;
    const Bytes file = bytesOf(content);
    const auto datalink = readInteger(file, 12, Wire::U32BE);
    if (!datalink || (*datalink != withH4Type && *datalink != monitor)) {
        result.error =
            tr("%1: a btsnoop file of an unknown kind (datalink %2)").arg(name).arg(datalink.value_or(0));
        return result;
    }
    Reader reader;
    qsizetype at = fileHeader;
    int number = 0;
    while (at < content.size()) {
        ++number;
        const Bytes record = file.subspan(static_cast<size_t>(at));
        const auto size = readInteger(record, 4, Wire::U32BE);
        if (static_cast<qsizetype>(record.size()) < recordHeader || !size || *size > largestPacket ||
            static_cast<qsizetype>(record.size()) < recordHeader + *size) {
            // The log of a device that was switched off ends in the middle of a record.
            result.warnings.append(tr("%1: record %2: cut short, ignored").arg(name).arg(number));
            break;
        }
        const qint64 flags = *readInteger(record, 8, Wire::U32BE);
        const qint64 us =
            (*readInteger(record, 16, Wire::U32BE) << 32 | *readInteger(record, 20, Wire::U32BE)) -
            epochOffsetUs;
        const Bytes packet = record.subspan(recordHeader, static_cast<size_t>(*size));
        at += recordHeader + static_cast<qsizetype>(*size);
        if (*datalink == withH4Type) {
            if (!packet.empty() && packet[0] == aclData)
                reader.acl(us, (flags & 1) == 0, packet.subspan(1));
        } else if ((flags & 0xFFFF) == monitorAclSent || (flags & 0xFFFF) == monitorAclReceived) {
            reader.acl(us, (flags & 0xFFFF) == monitorAclSent, packet);
        }
    }
    const std::vector<AttEvent> *most = nullptr;
    for (const auto &[connection, events] : reader.connections()) {
        if (!most || events.size() > most->size())
            most = &events;
    }
    if (!most) {
        result.error = tr("%1: holds no writes and notifications of a Bluetooth LE device").arg(name);
        return result;
    }
    if (reader.connections().size() > 1)
        result.warnings.append(
            tr("%1: holds %2 connections, the busiest was taken").arg(name).arg(reader.connections().size()));
    CaptureText text;
    const qint64 first = most->front().us;
    const QString link = QStringLiteral("a");
    text.header({CaptureText::link(link, QStringLiteral("ble"), {}, options.bms)},
                QDateTime::fromMSecsSinceEpoch(first / 1000, Qt::UTC).toString(Qt::ISODateWithMs));
    for (const AttEvent &event : *most)
        text.event(std::max(0.0, static_cast<double>(event.us - first) / 1e6), link,
                   {{QStringLiteral("d"), event.toBms ? QStringLiteral("tx") : QStringLiteral("rx")},
                    {QStringLiteral("x"), QString::fromLatin1(event.value.toHex())},
                    {QStringLiteral("h"), QStringLiteral("%1").arg(event.handle, 4, 16, QLatin1Char('0'))}});
    result.capture = text.text();
    return result;
}

} // namespace sb
