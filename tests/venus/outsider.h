// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/venus/gvariant.h"

#include <QEventLoop>
#include <QProcess>
#include <QTimer>

namespace sbtest {

/// Another process on the bus, with nothing of our code in it.
class Outsider
{
public:
    struct Answer
    {
        bool ok = false;
        GVariant value; ///< the one value of the reply
        QString error;  ///< D-Bus error name
        QString output;
    };

    explicit Outsider(QString address)
        : m_address(std::move(address))
    {}

    [[nodiscard]] Answer call(const QString &service, const QString &path, const QString &method,
                              const QStringList &arguments = {}) const
    {
        QStringList all{QStringLiteral("call"),
                        QStringLiteral("--address"),
                        m_address,
                        QStringLiteral("--dest"),
                        service,
                        QStringLiteral("--object-path"),
                        path,
                        QStringLiteral("--method"),
                        method,
                        QStringLiteral("--timeout"),
                        QStringLiteral("20")};
        for (const QString &argument : arguments)
            all.append(argument);
        return answer(run(QStringLiteral("gdbus"), all));
    }
    [[nodiscard]] Answer item(const QString &service, const QString &path, const QString &method,
                              const QStringList &arguments = {}) const
    {
        return call(service, path, QStringLiteral("com.victronenergy.BusItem.") + method, arguments);
    }
    /// Without a variant around the arguments, in the notation of dbus-send: "string:abc".
    [[nodiscard]] Answer setBare(const QString &service, const QString &path,
                                 const QStringList &arguments) const
    {
        QStringList all{QStringLiteral("--bus=") + m_address, QStringLiteral("--print-reply=literal"),
                        QStringLiteral("--dest=") + service, path,
                        QStringLiteral("com.victronenergy.BusItem.SetValue")};
        for (const QString &argument : arguments)
            all.append(argument);
        Answer answer = Outsider::answer(run(QStringLiteral("dbus-send"), all));
        answer.ok = answer.error.isEmpty();
        answer.value = {QStringLiteral("i"), answer.output.section(QLatin1Char(' '), -1).toInt(), {}, {}};
        return answer;
    }
    [[nodiscard]] QString introspect(const QString &service, const QString &path) const
    {
        return call(service, path, QStringLiteral("org.freedesktop.DBus.Introspectable.Introspect"))
            .value.scalar.toString();
    }

private:
    struct Run
    {
        bool ok = false;
        QString output;
        QString errors;
    };
    /// The event loop runs on meanwhile: the service that is asked lives in it.
    [[nodiscard]] static Run run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        QEventLoop loop;
        QObject::connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
        QObject::connect(&process, &QProcess::errorOccurred, &loop, &QEventLoop::quit);
        QTimer::singleShot(30000, &loop, &QEventLoop::quit);
        process.start(program, arguments);
        loop.exec();
        return {process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::NormalExit &&
                    process.error() == QProcess::UnknownError && process.exitCode() == 0,
                QString::fromUtf8(process.readAllStandardOutput()).trimmed(),
                QString::fromUtf8(process.readAllStandardError()).trimmed()};
    }
    [[nodiscard]] static Answer answer(const Run &run)
    {
        Answer answer;
        answer.output = run.output;
        if (!run.ok) {
            const qsizetype at = run.errors.indexOf(QLatin1String("org.freedesktop.DBus."));
            answer.error = at < 0 ? QStringLiteral("failed: ") + run.errors
                                  : run.errors.mid(at).section(QLatin1Char(':'), 0, 0);
            return answer;
        }
        const auto tuple = GVariantReader::read(run.output);
        if (tuple) {
            answer.ok = true;
            answer.value = tuple->children.value(0);
        } else {
            answer.error = QStringLiteral("unreadable: ") + run.output;
        }
        return answer;
    }

    QString m_address;
};

/// Prints every signal of one service, as another process hears it.
class Listener
{
public:
    struct Signal
    {
        QString path;
        QString member;
        GVariant content;
    };

    [[nodiscard]] bool start(const QString &address, const QString &service)
    {
        m_process.start(QStringLiteral("gdbus"), {QStringLiteral("monitor"), QStringLiteral("--address"),
                                                  address, QStringLiteral("--dest"), service});
        // Ready when it tells who owns the name.
        return waitFor([this] { return m_output.contains(QLatin1String(" is owned by ")); });
    }

    /// Everything heard until now and in the next \a ms.
    [[nodiscard]] QList<Signal> heard(int ms = 300)
    {
        QEventLoop loop;
        QTimer::singleShot(ms, &loop, &QEventLoop::quit);
        loop.exec();
        return read();
    }
    /// Waits for at least \a count signals.
    [[nodiscard]] QList<Signal> heardAtLeast(int count)
    {
        (void)waitFor([&] { return read().size() >= count; });
        return read();
    }
    void clear()
    {
        m_output += QString::fromUtf8(m_process.readAllStandardOutput());
        m_output.clear();
    }

    ~Listener()
    {
        m_process.kill();
        m_process.waitForFinished(5000);
    }
    Listener() = default;
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;

private:
    template<typename Condition>
    [[nodiscard]] bool waitFor(Condition condition)
    {
        for (int i = 0; i < 3000; ++i) {
            m_output += QString::fromUtf8(m_process.readAllStandardOutput());
            if (condition())
                return true;
            QEventLoop loop;
            QTimer::singleShot(20, &loop, &QEventLoop::quit);
            loop.exec();
        }
        return false;
    }
    [[nodiscard]] QList<Signal> read()
    {
        m_output += QString::fromUtf8(m_process.readAllStandardOutput());
        QList<Signal> found;
        const QStringList lines = m_output.split(QLatin1Char('\n'));
        for (const QString &line : lines) {
            const QString path = line.section(QLatin1Char(':'), 0, 0);
            const QString rest = line.section(QLatin1String(": "), 1);
            const auto content = GVariantReader::read(rest.mid(rest.indexOf(QLatin1Char(' ')) + 1));
            if (!path.startsWith(QLatin1Char('/')) || !content)
                continue;
            const QString name = rest.section(QLatin1Char(' '), 0, 0);
            found.append({path, name.section(QLatin1Char('.'), -1), content->children.value(0)});
        }
        return found;
    }

    QProcess m_process;
    QString m_output;
};

} // namespace sbtest
