// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "transport/capture.h"

namespace sb {

/// What recordings of a battery come as.
enum class CaptureFormat : quint8 {
    Capture,           ///< ours
    Vectors,           ///< cases of the vector files
    Candump,           ///< of can-utils: log form (-L) or screen form
    DbusSerialBattery, ///< its raw data captures
    Btsnoop,           ///< Bluetooth HCI log of Android or btmon
    Csv,               ///< time, channel, value: logic analysers
    HexText,           ///< "tx"/"rx" or ">"/"<" and hex, as in reports of problems
};

struct ImportOptions
{
    QString bms;      ///< driver id for the header; empty: what the file says, if anything
    QString caseName; ///< of a vector file; empty: all
    QString txChannel = QStringLiteral("tx"); ///< of a CSV file: what goes to the BMS
};

struct ImportResult
{
    std::optional<QByteArray> capture; ///< text of a capture file
    QString error;                     ///< one line with file name and, where it has lines, line number
    QStringList warnings;
};

/// What \a content is, by its look; nothing where it looks like none of them.
[[nodiscard]] std::optional<CaptureFormat> captureFormatOf(const QByteArray &content);
/// Makes a capture of \a content; \a name stands in messages. Files are untrusted: everything is checked, and
/// limited as captures are.
[[nodiscard]] ImportResult importCapture(const QByteArray &content, const QString &name,
                                         const ImportOptions &options);

/// "351#1402", as candump -L and captures write it.
[[nodiscard]] QString candumpText(const CanFrame &frame);
/// The CAN frames of a capture as candump -L writes them, both directions. Nothing where it has no
/// frames.
[[nodiscard]] std::optional<QByteArray> exportCandump(const Capture &capture);

} // namespace sb
