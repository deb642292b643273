// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bms/request.h"

#include <QJsonObject>
#include <QString>
#include <QVariantMap>
#include <optional>
#include <vector>

namespace sb {

/// One line of a capture file (docs/capture-format.md).
struct CaptureEvent
{
    enum class Kind : quint8 {
        ToBms,
        FromBms,
        Link,   ///< open, close, lost, reopen, timeout, retry, error: in text
        Driver, ///< detection result: in value
        Mark,   ///< note of a user: in text
        Value,  ///< decoded battery: in value
        Other,  ///< of a kind that this version does not know
    };
    double t = 0; ///< seconds since the capture began
    QString link;
    Kind kind = Kind::Other;
    QByteArray bytes;
    QByteArray mask; ///< 0x00 where the byte is hidden ("??"), as long as bytes; empty: nothing is
    std::optional<CanFrame> frame;
    bool discarded = false;
    QUuid characteristic; ///< that it went to or came from, where the usual one is not meant
    bool wasRead = false; ///< what the characteristic held, on our asking
    QString text;
    QJsonObject value;
    bool expected = false; ///< a value that a replay must reproduce
    QJsonObject more;      ///< keys of its line that have no place here
};

struct CaptureLink
{
    QString id;
    QString transport;
    QString port;
    int baud = 0;
    QString bms; ///< empty: unknown
    std::optional<int> address;
    QJsonObject config;
    QJsonObject ble{}; ///< of a radio: "service", "notify", "write", "localName"
};

struct Capture
{
    QJsonObject header;
    std::vector<CaptureLink> links;
    std::vector<CaptureEvent> events; ///< times never go back
};

/// What the driver of \a link has to know: from the header, and what was found out while recording.
[[nodiscard]] QVariantMap driverOptions(const Capture &capture, const CaptureLink &link);

struct CaptureReadOptions
{
    bool lenient = false; ///< passes over lines that are broken
};

struct CaptureReadResult
{
    std::optional<Capture> capture;
    QString error; ///< one line with file name and line number, when there is no capture
    QStringList warnings;
};

/// The content of a recording, plain or gzip-compressed, up to 256 MiB; nothing, and one line, where it can't
/// be read.
[[nodiscard]] std::optional<QByteArray> readRecording(const QString &fileName, QString *error);
/// Reads a capture, plain or gzip-compressed. Files are untrusted: lines up to 1 MiB, 10 million events, 64
/// links.
[[nodiscard]] CaptureReadResult readCapture(const QString &fileName, CaptureReadOptions options = {});
/// The same from memory; \a name stands in messages.
[[nodiscard]] CaptureReadResult parseCapture(const QByteArray &text, const QString &name,
                                             CaptureReadOptions options = {});

} // namespace sb
