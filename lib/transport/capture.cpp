// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "transport/capture.h"

#include "bms/bluetooth.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>
#include <algorithm>
#include <array>
#include <zlib.h>

namespace sb {
namespace {

constexpr int formatVersion = 1;
constexpr qsizetype longestLine = 1 << 20;
constexpr size_t mostEvents = 10'000'000;
constexpr qsizetype mostLinks = 64;
constexpr qsizetype largestCanData = 64;
constexpr qsizetype largestFile = 256 << 20; // unpacked, in memory

QString tr(const char *text) { return QCoreApplication::translate("Capture", text); }

int hexDigit(QChar c)
{
    const char16_t u = c.unicode();
    if (u >= u'0' && u <= u'9')
        return u - u'0';
    if (u >= u'a' && u <= u'f')
        return u - u'a' + 10;
    if (u >= u'A' && u <= u'F')
        return u - u'A' + 10;
    return -1;
}

/// Hex with "??" for hidden bytes. False where it is none.
bool parseHex(const QString &text, QByteArray &bytes, QByteArray &mask)
{
    QString digits;
    digits.reserve(text.size());
    for (const QChar c : text) {
        if (!c.isSpace())
            digits.append(c);
    }
    if (digits.size() % 2 != 0)
        return false;
    bool hidden = false;
    for (qsizetype i = 0; i < digits.size(); i += 2) {
        if (digits.at(i) == QLatin1Char('?') && digits.at(i + 1) == QLatin1Char('?')) {
            bytes.append('\0');
            mask.append('\0');
            hidden = true;
            continue;
        }
        const int high = hexDigit(digits.at(i));
        const int low = hexDigit(digits.at(i + 1));
        if (high < 0 || low < 0)
            return false;
        bytes.append(static_cast<char>(high * 16 + low));
        mask.append('\xFF');
    }
    if (!hidden)
        mask.clear();
    return true;
}

/// candump text: ID#HEX, ID#R, ID##fHEX. 3 digits are an 11-bit id, 8 a 29-bit one.
std::optional<CanFrame> parseFrame(const QString &text)
{
    const qsizetype hash = text.indexOf(QLatin1Char('#'));
    if (hash != 3 && hash != 8)
        return std::nullopt;
    CanFrame frame;
    bool ok = false;
    frame.id = text.left(hash).toUInt(&ok, 16);
    frame.extended = hash == 8;
    if (!ok)
        return std::nullopt;
    QString rest = text.mid(hash + 1);
    if (rest.startsWith(QLatin1Char('#')))
        rest = rest.mid(2); // CAN FD has a digit of flags
    if (rest.startsWith(QLatin1Char('R'))) {
        frame.remote = true;
        return frame;
    }
    QByteArray mask;
    if (!parseHex(rest, frame.data, mask) || !mask.isEmpty() || frame.data.size() > largestCanData)
        return std::nullopt;
    return frame;
}

class Parser
{
public:
    Parser(QString name, CaptureReadOptions options)
        : m_name(std::move(name))
        , m_options(options)
    {}

    CaptureReadResult parse(const QByteArray &text)
    {
        qsizetype at = 0;
        int number = 0;
        while (at < text.size()) {
            qsizetype end = text.indexOf('\n', at);
            const bool finished = end >= 0;
            if (!finished)
                end = text.size();
            ++number;
            const QByteArray line = text.sliced(at, end - at).trimmed();
            at = end + 1;
            if (line.isEmpty())
                continue;
            QString problem;
            if (parseLine(line, problem))
                continue;
            if (!finished && m_haveHeader) {
                // The program that wrote it was killed in the middle of a line.
                m_result.warnings.append(tr("%1: line %2: unfinished, ignored").arg(m_name).arg(number));
                break;
            }
            if (m_options.lenient && m_haveHeader) {
                m_result.warnings.append(tr("%1: line %2: %3, ignored").arg(m_name).arg(number).arg(problem));
                continue;
            }
            m_result.error = tr("%1: line %2: %3").arg(m_name).arg(number).arg(problem);
            return m_result;
        }
        if (!m_haveHeader) {
            m_result.error = tr("%1: line 1: empty, a capture begins with a header").arg(m_name);
            return m_result;
        }
        const auto earlier = [](const CaptureEvent &a, const CaptureEvent &b) { return a.t < b.t; };
        if (!std::is_sorted(m_capture.events.begin(), m_capture.events.end(), earlier)) {
            m_result.warnings.append(tr("%1: times go back, events were sorted").arg(m_name));
            std::stable_sort(m_capture.events.begin(), m_capture.events.end(), earlier);
        }
        m_result.capture = std::move(m_capture);
        return m_result;
    }

private:
    bool parseLine(const QByteArray &line, QString &problem)
    {
        if (line.size() > longestLine) {
            problem = tr("longer than 1 MiB");
            return false;
        }
        QJsonParseError error{};
        const QJsonDocument document = QJsonDocument::fromJson(line, &error);
        if (!document.isObject()) {
            problem = error.error == QJsonParseError::NoError ? tr("not a JSON object") : error.errorString();
            return false;
        }
        if (!m_haveHeader)
            return parseHeader(document.object(), problem);
        if (m_capture.events.size() >= mostEvents) {
            problem = tr("more than 10 million events");
            return false;
        }
        return parseEvent(document.object(), problem);
    }

    bool parseHeader(const QJsonObject &object, QString &problem)
    {
        const QJsonValue version = object.value(QLatin1String("capture"));
        const QJsonArray links = object.value(QLatin1String("links")).toArray();
        if (!version.isDouble()) {
            problem = tr("not a capture: its first line must hold \"capture\": 1");
            return false;
        }
        if (version.toInt() > formatVersion) {
            problem = tr("version %1 of the format is newer than this program").arg(version.toInt());
            return false;
        }
        if (links.isEmpty() || links.size() > mostLinks) {
            problem = tr("\"links\" must name 1 to 64 connections");
            return false;
        }
        for (const QJsonValue &value : links) {
            const QJsonObject link = value.toObject();
            CaptureLink entry;
            entry.id = link.value(QLatin1String("link")).toString();
            entry.transport = link.value(QLatin1String("transport")).toString();
            entry.port = link.value(QLatin1String("port")).toString();
            entry.baud = link.value(QLatin1String("baud")).toInt();
            entry.bms = link.value(QLatin1String("bms")).toString();
            entry.config = link.value(QLatin1String("config")).toObject();
            entry.ble = link.value(QLatin1String("ble")).toObject();
            if (const QJsonValue address = link.value(QLatin1String("address")); address.isDouble())
                entry.address = address.toInt();
            if (entry.transport.isEmpty()) {
                problem = tr("a link has no \"transport\"");
                return false;
            }
            m_capture.links.push_back(entry);
        }
        m_capture.header = object;
        m_haveHeader = true;
        return true;
    }

    /// What is left of \a object without the keys that were understood.
    static QJsonObject rest(QJsonObject object, std::initializer_list<const char *> known)
    {
        for (const char *key : known)
            object.remove(QLatin1String(key));
        return object;
    }

    bool parseEvent(const QJsonObject &object, QString &problem)
    {
        CaptureEvent event;
        event.t = object.value(QLatin1String("t")).toDouble(-1);
        if (event.t < 0) {
            problem = tr("no time \"t\"");
            return false;
        }
        event.link = object.value(QLatin1String("l")).toString(m_capture.links.front().id);
        const auto known = [&](const CaptureLink &link) { return link.id == event.link; };
        if (std::none_of(m_capture.links.begin(), m_capture.links.end(), known)) {
            problem = tr("unknown link \"%1\"").arg(event.link);
            return false;
        }
        const QJsonValue direction = object.value(QLatin1String("d"));
        if (!direction.isUndefined()) {
            if (direction.toString() != QLatin1String("tx") && direction.toString() != QLatin1String("rx")) {
                problem = tr("\"d\" must be \"tx\" or \"rx\"");
                return false;
            }
            event.kind = direction.toString() == QLatin1String("tx") ? CaptureEvent::Kind::ToBms
                                                                     : CaptureEvent::Kind::FromBms;
            event.discarded = object.value(QLatin1String("z")).toInt() != 0;
            if (const QJsonValue hex = object.value(QLatin1String("x")); hex.isString()) {
                if (!parseHex(hex.toString(), event.bytes, event.mask)) {
                    problem = tr("\"x\" is no hex text of whole bytes");
                    return false;
                }
            } else if (const QJsonValue frame = object.value(QLatin1String("f")); frame.isString()) {
                event.frame = parseFrame(frame.toString());
                if (!event.frame) {
                    problem = tr("\"f\" is no CAN frame such as 351#1402");
                    return false;
                }
            } else {
                event.kind = CaptureEvent::Kind::Other;
                event.value = object;
            }
            constexpr qsizetype usual = 4; // t, l, d and the data
            if (object.size() > usual) {
                event.characteristic = bluetoothUuid(object.value(QLatin1String("h")).toString());
                event.wasRead = object.value(QLatin1String("r")).toString() == QLatin1String("read");
                event.more = rest(object, {"t", "l", "d", "x", "f", "j", "z", "h", "r"});
            }
        } else if (const QJsonValue value = object.value(QLatin1String("v")); value.isObject()) {
            event.kind = CaptureEvent::Kind::Value;
            event.value = value.toObject();
            event.expected = object.value(QLatin1String("expect")).toBool();
            event.more = rest(object, {"t", "l", "v", "expect"});
        } else if (const QString what = object.value(QLatin1String("e")).toString(); !what.isEmpty()) {
            event.kind = what == QLatin1String("driver") ? CaptureEvent::Kind::Driver
                         : what == QLatin1String("mark") ? CaptureEvent::Kind::Mark
                                                         : CaptureEvent::Kind::Link;
            event.text =
                event.kind == CaptureEvent::Kind::Mark ? object.value(QLatin1String("m")).toString() : what;
            event.value = object;
        } else {
            event.value = object;
        }
        m_capture.events.push_back(std::move(event));
        return true;
    }

    QString m_name;
    CaptureReadOptions m_options;
    Capture m_capture;
    CaptureReadResult m_result;
    bool m_haveHeader = false;
};

} // namespace

CaptureReadResult parseCapture(const QByteArray &text, const QString &name, CaptureReadOptions options)
{
    return Parser(name, options).parse(text);
}

std::optional<QByteArray> readRecording(const QString &fileName, QString *error)
{
    QFile plain(fileName);
    if (!plain.open(QIODevice::ReadOnly)) {
        *error = tr("%1: %2").arg(fileName, plain.errorString());
        return std::nullopt;
    }
    // zlib passes files that are not compressed through as they are.
    const gzFile file = gzopen(QFile::encodeName(fileName).constData(), "rb");
    QByteArray text;
    std::array<char, 65536> buffer{};
    int count = 0;
    while (file && (count = gzread(file, buffer.data(), buffer.size())) > 0 && text.size() < largestFile)
        text.append(buffer.data(), count);
    if (file)
        gzclose(file);
    if (!file || count < 0) {
        *error = tr("%1: damaged gzip file").arg(fileName);
        return std::nullopt;
    }
    if (text.size() >= largestFile) {
        *error = tr("%1: larger than 256 MiB").arg(fileName);
        return std::nullopt;
    }
    return text;
}

CaptureReadResult readCapture(const QString &fileName, CaptureReadOptions options)
{
    QString error;
    const auto text = readRecording(fileName, &error);
    if (text)
        return parseCapture(*text, fileName, options);
    CaptureReadResult result;
    result.error = error;
    return result;
}

QVariantMap driverOptions(const Capture &capture, const CaptureLink &link)
{
    QVariantMap options;
    const QString localName = link.ble.value(QLatin1String("localName")).toString();
    if (!localName.isEmpty())
        options.insert(QStringLiteral("localName"), localName);
    for (const CaptureEvent &event : capture.events) {
        if (event.kind == CaptureEvent::Kind::Driver && event.link == link.id)
            options.insert(event.value.value(QLatin1String("config")).toObject().toVariantMap());
    }
    options.insert(link.config.toVariantMap()); // what the user said counts
    return options;
}

} // namespace sb
