// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/batterytext.h"

#include <QSocketNotifier>
#include <memory>

namespace sb {

/// The terminal while a live view runs: single keys without Enter, the other screen buffer, no cursor;
/// everything is put back at the end, however the program ends.
class Terminal : public QObject
{
    Q_OBJECT
public:
    explicit Terminal(QObject *parent = nullptr);
    ~Terminal() override;

    [[nodiscard]] ScreenSize size() const;
    /// Replaces what is shown; cut to the size of the terminal.
    void show(const QString &screen);

signals:
    void key(QChar key);

private:
    struct Saved;
    std::unique_ptr<Saved> m_saved; ///< null when standard input is no terminal
    std::unique_ptr<QSocketNotifier> m_input;
};

/// Shows batteries in the terminal, switches between them by keys, or prints a line of JSON per poll.
class MonitorView : public QObject
{
    Q_OBJECT
public:
    /// \a live: a screen that is drawn over and over; else one line of JSON per poll.
    explicit MonitorView(bool live, QObject *parent = nullptr);

    void add(BatteryModel *battery);
    void remove(BatteryModel *battery);
    /// A line to show while there is no battery.
    void setMessage(const QString &message);

signals:
    void quit();

private:
    void onKey(QChar key);
    void draw();

    std::unique_ptr<Terminal> m_terminal;
    std::vector<BatteryModel *> m_batteries;
    int m_shown = 0;
    bool m_paused = false;
    QString m_message;
};

} // namespace sb
