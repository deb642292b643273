// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal.h"

#include "app/console.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <array>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace sb {
namespace {

constexpr const char *enterScreen = "\x1b[?1049h\x1b[?25l";
constexpr const char *leaveScreen = "\x1b[?25h\x1b[?1049l";

} // namespace

struct Terminal::Saved
{
    termios settings{};
};

Terminal::Terminal(QObject *parent)
    : QObject(parent)
{
    auto saved = std::make_unique<Saved>();
    if (tcgetattr(STDIN_FILENO, &saved->settings) == 0) {
        termios raw = saved->settings;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        m_saved = std::move(saved);
        m_input = std::make_unique<QSocketNotifier>(STDIN_FILENO, QSocketNotifier::Read);
        connect(m_input.get(), &QSocketNotifier::activated, this, [this] {
            std::array<char, 16> buffer{};
            const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
            if (count <= 0) {
                m_input->setEnabled(false);
                return;
            }
            for (ssize_t i = 0; i < count; ++i)
                emit key(QLatin1Char(buffer[static_cast<size_t>(i)]));
        });
    }
    console::text(enterScreen);
}

Terminal::~Terminal()
{
    console::text(leaveScreen);
    if (m_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &m_saved->settings);
}

ScreenSize Terminal::size() const
{
    winsize window{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0)
        return {};
    return {window.ws_col, window.ws_row};
}

void Terminal::show(const QString &screen)
{
    QByteArray out = "\x1b[H";
    const QStringList lines = screen.split(QLatin1Char('\n'));
    const int rows = size().rows;
    for (int i = 0; i < lines.size() && i < rows; ++i) {
        out += lines.at(i).toUtf8();
        out += "\x1b[K";
        if (i + 1 < rows)
            out += "\r\n";
    }
    out += "\x1b[J";
    console::text(out);
}

MonitorView::MonitorView(bool live, QObject *parent)
    : QObject(parent)
{
    if (!live)
        return;
    m_terminal = std::make_unique<Terminal>();
    connect(m_terminal.get(), &Terminal::key, this, &MonitorView::onKey);
}

void MonitorView::add(BatteryModel *battery)
{
    m_batteries.push_back(battery);
    connect(battery, &BatteryModel::updated, this, [this, battery] {
        if (m_terminal)
            draw();
        else
            console::json(battery->toJson());
    });
    if (m_terminal)
        draw();
}

void MonitorView::remove(BatteryModel *battery)
{
    battery->disconnect(this);
    std::erase(m_batteries, battery);
    m_shown = 0;
    draw();
}

void MonitorView::setMessage(const QString &message)
{
    m_message = message;
    draw();
}

void MonitorView::onKey(QChar key)
{
    const int count = static_cast<int>(m_batteries.size());
    if (key == QLatin1Char('q')) {
        emit quit();
        return;
    }
    if (key == QLatin1Char('p'))
        m_paused = !m_paused;
    else if (key == QLatin1Char('n') && count > 0)
        m_shown = (m_shown + 1) % count;
    else if (key == QLatin1Char('b') && count > 0)
        m_shown = (m_shown + count - 1) % count;
    const bool paused = std::exchange(m_paused, false);
    draw(); // once, also when it is paused: the picture says so
    m_paused = paused;
}

void MonitorView::draw()
{
    if (!m_terminal || m_paused)
        return;
    if (m_batteries.empty()) {
        m_terminal->show(m_message + QLatin1Char('\n'));
        return;
    }
    m_terminal->show(monitorScreen(*m_batteries[static_cast<size_t>(m_shown)], m_terminal->size(), true,
                                   m_shown, static_cast<int>(m_batteries.size())));
}

} // namespace sb
