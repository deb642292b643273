// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/line.h"
#include "app/options.h"
#include "transport/capturewriter.h"

namespace sb {

/// --capture DIR and --capture-values of commands that keep running.
void addCaptureOptions(Options &options);

/// A capture of one line: its bytes, which BMS was found, and, on demand, the decoded values.
class Recording : public QObject
{
    Q_OBJECT
public:
    /// \a anonymous: without what tells whose battery it is, as far as that can be left out.
    Recording(const QString &fileName, const LineConfig &config, bool values, Clock &clock,
              bool anonymous = false);
    /// In \a folder, named by port and time; nothing, and one line, where that can't be
    /// written.
    [[nodiscard]] static std::unique_ptr<Recording>
    inFolder(const QString &folder, bool values, const LineConfig &config, Clock &clock, QString *error);

    [[nodiscard]] bool open(QString *error) { return m_writer.open(error); }
    [[nodiscard]] TrafficTap *tap() { return m_writer.tap(linkId()); }
    void follow(Line &line);

private:
    [[nodiscard]] static QString linkId() { return QStringLiteral("a"); }
    CaptureWriter m_writer;
    bool m_values;
};

} // namespace sb
