// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <vector>

namespace sb::config {

/// Something to tell the user about a file.
struct Message
{
    enum class Level : quint8 {
        Warning, ///< taken as it was meant
        Error,   ///< a safe value was taken instead
    };
    Level level = Level::Warning;
    int line = 0; ///< 0: the file as a whole
    QString key;  ///< as written, empty where it is not about one
    QString text; ///< what is wrong and what to do, translated
};

/// One `key = value` of a file.
struct Entry
{
    QString section; ///< as written, without brackets; empty before the first
    QString key;     ///< as written
    QString value;   ///< trimmed; continuation lines joined by line feeds
    int line = 0;
};

/// The text of an ini file, taken apart without knowing its keys. Any bytes give a result.
struct IniFile
{
    std::vector<Entry> entries;
    std::vector<Message> messages;
};

/// Longest line that is looked at, in characters; largest file, in bytes.
inline constexpr int longestLine = 65536;
inline constexpr qint64 largestFile = 4 * 1024 * 1024;
/// After so many messages of one kind a file is taken for something else, and the rest is not told.
inline constexpr size_t mostMessages = 200;

[[nodiscard]] IniFile parseIni(const QByteArray &text);

} // namespace sb::config
