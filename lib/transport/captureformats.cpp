// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/captureformats.h"

#include "transport/btsnoop.h"
#include "transport/capturetext.h"
#include "transport/capturevectors.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QRegularExpression>
#include <QSet>
#include <functional>

namespace sb {
namespace {

/// Screen form of candump, hex text: nothing in them tells the time.
constexpr double stepS = 0.01;
/// Bytes of one direction of a logic analyser that follow so closely are one event.
constexpr double togetherS = 0.005;
constexpr qsizetype longestLine = 1 << 20;
constexpr qsizetype looksAt = 65536; ///< bytes that tell what a file is

QString tr(const char *text) { return QCoreApplication::translate("CaptureFormats", text); }

QString isoTime(double seconds)
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(seconds * 1000), Qt::UTC)
        .toString(Qt::ISODateWithMs);
}
QString unknownTime() { return QStringLiteral("1970-01-01T00:00:00.000Z"); }

/// Walks through the lines of a text; \a take says whether it understood one.
ImportResult eachLine(const QByteArray &content, const QString &name,
                      const std::function<bool(const QString &line, QString &problem)> &take)
{
    ImportResult result;
    int number = 0;
    for (qsizetype at = 0; at < content.size();) {
        qsizetype end = content.indexOf('\n', at);
        if (end < 0)
            end = content.size();
        ++number;
        QString problem = tr("not understood");
        const QString line = QString::fromUtf8(content.sliced(at, std::min(end - at, longestLine))).trimmed();
        const bool tooLong = end - at > longestLine;
        at = end + 1;
        if (line.isEmpty() && !tooLong)
            continue;
        if (tooLong)
            problem = tr("longer than 1 MiB");
        if (tooLong || !take(line, problem)) {
            result.error = tr("%1: line %2: %3").arg(name).arg(number).arg(problem);
            return result;
        }
    }
    return result;
}

/// Data that were collected before the header can be written: its links and start are known at the end.
struct Item
{
    double t;
    QString link;
    QJsonObject event;
};

ImportResult assemble(const std::vector<Item> &items, const QJsonArray &links, const QString &created,
                      const QString &name, const QJsonObject &more = {})
{
    ImportResult result;
    if (items.empty()) {
        result.error = tr("%1: holds no data").arg(name);
        return result;
    }
    CaptureText text;
    text.header(links, created, more);
    for (const Item &item : items)
        text.event(item.t, item.link, item.event);
    result.capture = text.text();
    return result;
}

QJsonObject dataEvent(bool toBms, const char *key, const QString &data)
{
    return {{QStringLiteral("d"), toBms ? QStringLiteral("tx") : QStringLiteral("rx")},
            {QLatin1String(key), data}};
}

bool isHex(const QString &text)
{
    static const QRegularExpression hex(QStringLiteral("^([0-9a-fA-F]{2}\\s*)+$"));
    return hex.match(text).hasMatch();
}
QString plainHex(QString text) { return text.remove(QRegularExpression(QStringLiteral("\\s"))).toLower(); }

// candump: "(1536064744.614568) can0 188#0101FFFB" and "  can0  351   [8]  14 02 74 0E"

const QRegularExpression &logLine()
{
    static const QRegularExpression line(
        QStringLiteral("^\\((\\d{1,12}(?:\\.\\d{1,9})?)\\)\\s+(\\S{1,16})\\s+([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})"
                       "#(#[0-9A-Fa-f])?(R\\d?|[0-9A-Fa-f.]*)(?:\\s+[RT])?$"));
    return line;
}
const QRegularExpression &screenLine()
{
    static const QRegularExpression line(
        QStringLiteral("^(?:\\((\\d{1,12}\\.\\d{1,9})\\)\\s+)?(\\S{1,16})\\s+(?:[RT]X\\s+-\\s+-\\s+)?([0-9A-"
                       "Fa-f]{3}|[0-9A-Fa-f]{8})"
                       "\\s+\\[(\\d{1,2})\\]\\s*(remote request|(?:[0-9A-Fa-f]{2}\\s*)*)(?:\\s+'.*')?$"));
    return line;
}

ImportResult importCandump(const QByteArray &content, const QString &name, const ImportOptions &options)
{
    std::vector<Item> items;
    QStringList interfaces;
    std::optional<double> first;
    double last = 0;
    bool stamped = false;
    ImportResult result = eachLine(content, name, [&](const QString &line, QString &problem) {
        QRegularExpressionMatch match = logLine().match(line);
        const bool log = match.hasMatch();
        if (!log)
            match = screenLine().match(line);
        if (!match.hasMatch()) {
            problem = tr("no line of candump, such as (1536064744.614568) can0 188#0101FFFB");
            return false;
        }
        double t = last + (items.empty() ? 0 : stepS);
        if (const QString stamp = match.captured(1); !stamp.isEmpty()) {
            stamped = true;
            first = first.value_or(stamp.toDouble());
            t = std::max(0.0, stamp.toDouble() - *first);
        }
        last = t;
        const QString interface = match.captured(2);
        if (!interfaces.contains(interface))
            interfaces.append(interface);
        QString data = log ? match.captured(5) : match.captured(5).remove(QLatin1Char(' '));
        data.remove(QLatin1Char('.'));
        if (data.startsWith(QLatin1Char('r'), Qt::CaseInsensitive))
            data = QStringLiteral("R");
        else if (data.size() % 2 != 0) {
            problem = tr("half a byte of data");
            return false;
        }
        items.push_back(
            {t, interface,
             dataEvent(false, "f",
                       match.captured(3) + QLatin1Char('#') + (log ? match.captured(4) : QString()) + data)});
        return true;
    });
    if (!result.error.isEmpty())
        return result;
    QJsonArray links;
    for (const QString &interface : interfaces)
        links.append(CaptureText::link(interface, QStringLiteral("can"), interface, options.bms));
    return assemble(items, links, stamped ? isoTime(*first) : unknownTime(), name);
}

// dbus-serialbattery: {"t": 1717236672.5, "dir": "tx", "raw": "dda50300fffd77"}

/// Its Daly driver rewrites the identifier of cell frames before it records them: part number in the third
/// digit pair.
QString undoDalyRewrite(quint32 id, const QString &data)
{
    constexpr quint32 rewritten = 0x18A54000;
    constexpr quint32 real = 0x18954000;
    bool ok = false;
    const quint32 part = data.left(2).toUInt(&ok, 16);
    const quint32 address = id - rewritten - part * 0x10000U;
    if (ok && id >= rewritten && address <= 0xFF)
        id = real + address;
    return QStringLiteral("%1").arg(id, id > 0x7FF ? 8 : 3, 16, QLatin1Char('0'));
}

ImportResult importDbusSerialBattery(const QByteArray &content, const QString &name,
                                     const ImportOptions &options)
{
    if (options.bms.isEmpty())
        return {{}, tr("%1: does not say which BMS it is: give --bms ID").arg(name), {}};
    std::vector<Item> items;
    std::optional<double> first;
    bool can = false;
    const QString link = QStringLiteral("a");
    ImportResult result = eachLine(content, name, [&](const QString &line, QString &problem) {
        QJsonParseError error{};
        const QJsonObject object = QJsonDocument::fromJson(line.toUtf8(), &error).object();
        const QString direction = object.value(QLatin1String("dir")).toString();
        if (error.error != QJsonParseError::NoError || !object.value(QLatin1String("t")).isDouble()) {
            problem = error.error != QJsonParseError::NoError ? error.errorString() : tr("no time \"t\"");
            return false;
        }
        first = first.value_or(object.value(QLatin1String("t")).toDouble());
        const double t = std::max(0.0, object.value(QLatin1String("t")).toDouble() - *first);
        if (direction == QLatin1String("decoded")) {
            items.push_back(
                {t, link, {{QStringLiteral("v"), object.value(QLatin1String("decoded")).toObject()}}});
            return true;
        }
        if (direction != QLatin1String("tx") && direction != QLatin1String("rx")) {
            problem = tr("\"dir\" must be \"tx\", \"rx\" or \"decoded\"");
            return false;
        }
        const bool toBms = direction == QLatin1String("tx");
        const QJsonValue raw = object.value(QLatin1String("raw"));
        if (const QJsonObject frame = raw.toObject(); frame.contains(QLatin1String("id"))) {
            const QString idText = frame.value(QLatin1String("id")).toString();
            const QString data = frame.value(QLatin1String("data")).toString();
            bool ok = false;
            const quint32 id = idText.toUInt(&ok, 0);
            if (!ok || id > 0x1FFFFFFF || (!data.isEmpty() && !isHex(data))) {
                problem = tr("\"raw\" is no CAN frame");
                return false;
            }
            can = true;
            items.push_back(
                {t, link,
                 dataEvent(toBms, "f", undoDalyRewrite(id, data) + QLatin1Char('#') + plainHex(data))});
            return true;
        }
        if (raw.isObject()) {
            items.push_back({t, link, {{QStringLiteral("d"), direction}, {QStringLiteral("reg"), raw}}});
            return true;
        }
        if (!isHex(raw.toString())) {
            problem = tr("\"raw\" is no hex text of whole bytes");
            return false;
        }
        items.push_back({t, link, dataEvent(toBms, "x", plainHex(raw.toString()))});
        return true;
    });
    if (!result.error.isEmpty())
        return result;
    const QString transport = can ? QStringLiteral("can") : QStringLiteral("serial");
    return assemble(items, {CaptureText::link(link, transport, {}, options.bms)}, isoTime(first.value_or(0)),
                    name);
}

// Reports of problems: "> DD A5 03 00 FF FD 77" and "< DD 03 00 1B ..."

const QRegularExpression &hexLine()
{
    static const QRegularExpression line(
        QStringLiteral(
            "^(?:\\[?[0-9:.T -]*\\]?\\s)?(>>?|<<?|->|<-|tx|rx|send|recv|sent|received)\\s*[:=]?\\s*"
            "((?:(?:0x)?[0-9a-f]{2}[\\s,]*)+)$"),
        QRegularExpression::CaseInsensitiveOption);
    return line;
}

ImportResult importHexText(const QByteArray &content, const QString &name, const ImportOptions &options)
{
    std::vector<Item> items;
    const QString link = QStringLiteral("a");
    ImportResult result = eachLine(content, name, [&](const QString &line, QString &problem) {
        if (line.startsWith(QLatin1String("#")))
            return true;
        const QRegularExpressionMatch match = hexLine().match(line);
        if (!match.hasMatch()) {
            problem = tr("no direction and hex bytes, such as: tx dda50300fffd77");
            return false;
        }
        static const QSet<QString> sent = {QStringLiteral(">"),    QStringLiteral(">>"),
                                           QStringLiteral("->"),   QStringLiteral("tx"),
                                           QStringLiteral("send"), QStringLiteral("sent")};
        QString hex = match.captured(2).toLower();
        hex.remove(QStringLiteral("0x")).remove(QLatin1Char(','));
        items.push_back({static_cast<double>(items.size()) * stepS, link,
                         dataEvent(sent.contains(match.captured(1).toLower()), "x", plainHex(hex))});
        return true;
    });
    if (!result.error.isEmpty())
        return result;
    return assemble(items, {CaptureText::link(link, QStringLiteral("serial"), {}, options.bms)},
                    unknownTime(), name);
}

// Logic analysers: "0.001234,RX,0xDD"

const QRegularExpression &csvLine()
{
    static const QRegularExpression line(QStringLiteral(
        "^\"?([0-9]+(?:\\.[0-9]+)?(?:[eE]-?[0-9]{1,2})?)\"?\\s*[,;]\\s*\"?([^,;\"]{1,32})\"?\\s*[,;]\\s*"
        "\"?(?:0x)?([0-9A-Fa-f]{2})\"?$"));
    return line;
}

ImportResult importCsv(const QByteArray &content, const QString &name, const ImportOptions &options)
{
    std::vector<Item> items;
    const QString link = QStringLiteral("a");
    bool firstLine = true;
    bool lastSent = false;
    double lastAt = -1;
    std::optional<double> first;
    QString bytes;
    double began = 0;
    const auto close = [&] {
        if (!bytes.isEmpty())
            items.push_back({began, link, dataEvent(lastSent, "x", bytes)});
        bytes.clear();
    };
    ImportResult result = eachLine(content, name, [&](const QString &line, QString &problem) {
        const bool mayBeTitle = std::exchange(firstLine, false);
        const QRegularExpressionMatch match = csvLine().match(line);
        if (!match.hasMatch()) {
            problem = tr("not time, channel and one hex byte, such as: 0.001,RX,DD");
            return mayBeTitle;
        }
        first = first.value_or(match.captured(1).toDouble());
        const double t = match.captured(1).toDouble() - *first;
        const bool sent = match.captured(2).trimmed().compare(options.txChannel, Qt::CaseInsensitive) == 0;
        if (t < 0 || t < lastAt) {
            problem = tr("time goes back");
            return false;
        }
        if (sent != lastSent || t - lastAt > togetherS)
            close();
        if (bytes.isEmpty())
            began = t;
        bytes += match.captured(3).toLower();
        lastSent = sent;
        lastAt = t;
        return true;
    });
    if (!result.error.isEmpty())
        return result;
    close();
    return assemble(items, {CaptureText::link(link, QStringLiteral("serial"), {}, options.bms)},
                    unknownTime(), name);
}

/// The first line that holds anything.
QString firstLineOf(const QByteArray &content)
{
    for (const QByteArray &line : content.left(looksAt).split('\n')) {
        const QString text = QString::fromUtf8(line).trimmed();
        if (!text.isEmpty() && !text.startsWith(QLatin1Char('#')))
            return text;
    }
    return {};
}

} // namespace

QString candumpText(const CanFrame &frame)
{
    const QString id =
        QStringLiteral("%1#").arg(frame.id, frame.extended ? 8 : 3, 16, QLatin1Char('0')).toUpper();
    return frame.remote ? QString(id + QLatin1Char('R'))
                        : QString(id + QString::fromLatin1(frame.data.toHex()).toUpper());
}

std::optional<CaptureFormat> captureFormatOf(const QByteArray &content)
{
    if (isBtsnoop(content))
        return CaptureFormat::Btsnoop;
    const QString line = firstLineOf(content);
    if (line.startsWith(QLatin1Char('[')) && QJsonDocument::fromJson(content).isArray())
        return CaptureFormat::Vectors;
    if (line.startsWith(QLatin1Char('{'))) {
        const QJsonObject object = QJsonDocument::fromJson(line.toUtf8()).object();
        if (object.contains(QLatin1String("capture")))
            return CaptureFormat::Capture;
        if (object.contains(QLatin1String("dir")))
            return CaptureFormat::DbusSerialBattery;
        if (QJsonDocument::fromJson(content).object().contains(QLatin1String("exchanges")))
            return CaptureFormat::Vectors;
        return std::nullopt;
    }
    if (logLine().match(line).hasMatch() || screenLine().match(line).hasMatch())
        return CaptureFormat::Candump;
    if (hexLine().match(line).hasMatch())
        return CaptureFormat::HexText;
    const QString second = firstLineOf(content.mid(content.indexOf('\n') + 1));
    if (csvLine().match(line).hasMatch() || csvLine().match(second).hasMatch())
        return CaptureFormat::Csv;
    return std::nullopt;
}

ImportResult importCapture(const QByteArray &content, const QString &name, const ImportOptions &options)
{
    const auto format = captureFormatOf(content);
    if (!format)
        return {{},
                tr("%1: line 1: no recording of a known form (a capture, a vector file, candump, "
                   "dbus-serialbattery, btsnoop, CSV or hex text)")
                    .arg(name),
                {}};
    switch (*format) {
    case CaptureFormat::Capture:
        return {content, {}, {}};
    case CaptureFormat::Vectors:
        return importVectors(QJsonDocument::fromJson(content), name, options);
    case CaptureFormat::Candump:
        return importCandump(content, name, options);
    case CaptureFormat::DbusSerialBattery:
        return importDbusSerialBattery(content, name, options);
    case CaptureFormat::Btsnoop:
        return importBtsnoop(content, name, options);
    case CaptureFormat::Csv:
        return importCsv(content, name, options);
    case CaptureFormat::HexText:
        return importHexText(content, name, options);
    }
    return {};
}

std::optional<QByteArray> exportCandump(const Capture &capture)
{
    const QDateTime created =
        QDateTime::fromString(capture.header.value(QLatin1String("created")).toString(), Qt::ISODateWithMs);
    const double start = created.isValid() ? static_cast<double>(created.toMSecsSinceEpoch()) / 1000 : 0;
    QByteArray text;
    for (const CaptureEvent &event : capture.events) {
        if (!event.frame)
            continue;
        const auto link = std::find_if(capture.links.begin(), capture.links.end(),
                                       [&event](const CaptureLink &l) { return l.id == event.link; });
        QString interface = link->port.section(QLatin1Char('/'), -1);
        if (interface.isEmpty())
            interface = QStringLiteral("can0");
        text += QStringLiteral("(%1) %2 %3\n")
                    .arg(start + event.t, 17, 'f', 6, QLatin1Char('0'))
                    .arg(interface, candumpText(*event.frame))
                    .toLatin1();
    }
    if (text.isEmpty())
        return std::nullopt;
    return text;
}

} // namespace sb
