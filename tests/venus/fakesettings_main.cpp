// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// fakesettings --address ADDRESS [--file FILE] [--delay MS] [--file-limit BYTES]: a stand-in of
// com.victronenergy.settings for tests, as a process of its own. Prints "ready"; keeps its values in FILE
// some time after they changed, and when it is asked to end. --file-limit stands for a disk that is full.
#include "tests/venus/fakesettings.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QSocketNotifier>
#include <csignal>
#include <cstdio>
#include <sys/resource.h>
#include <sys/signalfd.h>

int main(int argc, char *argv[])
{
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, nullptr); // before threads are made
    const int fd = signalfd(-1, &ending, SFD_CLOEXEC);
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QString address = QStringLiteral("address");
    const QString file = QStringLiteral("file");
    const QString delay = QStringLiteral("delay");
    const QString limit = QStringLiteral("file-limit");
    parser.addOptions({{address, QStringLiteral("bus"), address},
                       {file, QStringLiteral("where values are kept"), file},
                       {delay, QStringLiteral("ms from a change to the file"), delay, QStringLiteral("2000")},
                       {limit, QStringLiteral("most bytes of a file"), limit}});
    parser.process(application);
    if (parser.isSet(limit)) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit most{parser.value(limit).toULong(), parser.value(limit).toULong()};
        setrlimit(RLIMIT_FSIZE, &most);
    }
    sbtest::FakeSettings settings(parser.value(file), parser.value(delay).toInt());
    if (!settings.start(parser.value(address)))
        return 1;
    QSocketNotifier notifier(fd, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &application, &QCoreApplication::quit);
    std::puts("ready");
    std::fflush(stdout);
    const int code = QCoreApplication::exec();
    settings.save();
    return code;
}
