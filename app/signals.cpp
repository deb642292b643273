// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/signals.h"

#include "app/exitcode.h"

#include <array>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

namespace sb {
namespace {

// A signal handler can reach nothing but what is global.
std::array<int, 2> pipeEnds = {-1, -1};

void handle(int number)
{
    const char byte = static_cast<char>(number);
    [[maybe_unused]] const ssize_t written = ::write(pipeEnds[0], &byte, 1);
    if (number != SIGHUP)
        std::signal(number, SIG_DFL);
}

} // namespace

ProcessSignals::ProcessSignals(QObject *parent)
    : QObject(parent)
{
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pipeEnds.data()) != 0)
        return;
    m_notifier = std::make_unique<QSocketNotifier>(pipeEnds[1], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        if (::read(pipeEnds[1], &byte, 1) != 1)
            return;
        if (byte == SIGHUP) {
            emit hangUp();
            return;
        }
        m_exitCode = byte == SIGINT ? Interrupted : Done;
        emit interrupted();
    });
    std::signal(SIGINT, handle);
    std::signal(SIGTERM, handle);
    std::signal(SIGHUP, handle);
    std::signal(SIGPIPE, SIG_IGN);
}

ProcessSignals::~ProcessSignals()
{
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
    m_notifier.reset();
    for (int &end : pipeEnds) {
        if (end >= 0)
            ::close(end);
        end = -1;
    }
}

} // namespace sb
